-- What the public reads is never edited: it is taken down whole, once the notice has ended or was withdrawn.
create function taken_down_as_signed() returns trigger language plpgsql as $$
begin
  if old.taken_down_at is not null or new.body is not null
     or not exists (select from cases c where c.id = new.notice_id and c.kind = 'notice'
                       and c.state in ('ended', 'withdrawn')) then
    raise exception 'a notice is taken down whole, by a signed step'
      using errcode = '23514', constraint = 'taken_down_as_signed', table = 'published_notices';
  end if;
  return new;
end $$
