-- What the public reads is what the authority keeps, word for word: the enterprises, head-counts and
-- amounts of the notice's own lines, people only where its rule names them, and nothing else.
create function published_word_for_word() returns trigger language plpgsql as $$
declare
  notice record;
  items jsonb;
begin
  select n.place_id, n.id, n.subject, n.names, n.starts_on, n.ends_on, b.name as bureau into notice
    from notices n
    join places p on p.id = n.place_id
    join organisations b on b.id = p.bureau_org_id
   where n.id = new.notice_id and n.region_path = new.region_path;

  with line as (
    select l.item_no, l.line_no, l.amount_fen, e.name, e.identity_masked
      from notice_lines l
      join settlement_lines s on s.place_id = l.place_id and s.id = l.line_id
      join enrolments e on e.place_id = s.place_id and e.id = s.enrolment_id
     where l.place_id = notice.place_id and l.notice_id = notice.id
    union all
    select s.item_no, s.line_no, null, e.name, e.identity_masked
      from notice_seats s
      join enrolments e on e.place_id = s.place_id and e.id = s.enrolment_id
     where s.place_id = notice.place_id and s.notice_id = notice.id
  ), total as (
    select item_no, count(*) as people, sum(amount_fen) as amount_fen,
           jsonb_agg(jsonb_build_object('line_no', line_no, 'name', left(name, 1) || '*',
                                        'identity_masked', identity_masked, 'amount_fen', amount_fen)
                     order by line_no) as persons
      from line group by item_no
  )
  select jsonb_agg(jsonb_build_object(
           'item_no', i.item_no, 'enterprise', o.name, 'people', coalesce(t.people, 0),
           'amount_fen', case notice.subject when 'settlement' then coalesce(t.amount_fen, 0) end,
           'persons', case notice.names when 'people' then coalesce(t.persons, '[]') else '[]' end)
         order by i.item_no)
    into items
    from notice_items i
    join cases c on c.place_id = i.place_id and c.id = coalesce(i.settlement_id, i.filing_id)
    join organisations o on o.id = c.org_id
    left join total t on t.item_no = i.item_no
   where i.place_id = notice.place_id and i.notice_id = notice.id;

  -- Before notices of listings a copy did not say what it is of.
  if new.body - 'of' is distinct from jsonb_build_object('bureau', notice.bureau, 'items', items)
     or coalesce(new.body ->> 'of', 'settlement') is distinct from notice.subject
     or (new.starts_on, new.ends_on) is distinct from (notice.starts_on, notice.ends_on) then
    raise exception 'the public reads what the authority keeps'
      using errcode = '23514', constraint = 'published_word_for_word', table = 'published_notices';
  end if;
  return null;
end $$
