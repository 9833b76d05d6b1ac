-- A document makes money available once in a fund and year: beside a draft that was withdrawn, the same
-- document may be entered again. Whether it was withdrawn stands on the case, so no index can say it; who
-- enters the same document meanwhile waits.
create function appropriated_once() returns trigger language plpgsql as $$
begin
  perform pg_advisory_xact_lock(hashtextextended(
    concat_ws(' ', 'appropriation', new.place_id, new.fund_source, new.budget_year, new.document_number), 0));
  if exists (
    select from appropriations a
      join cases c on c.place_id = a.place_id and c.id = a.id
     where a.place_id = new.place_id and a.document_number = new.document_number
       and a.fund_source = new.fund_source and a.budget_year = new.budget_year
       and c.state <> 'withdrawn')
  then
    raise exception 'this document is on file for the fund and year'
      using errcode = '23505', constraint = 'one_appropriation_per_document', table = 'appropriations';
  end if;
  return new;
end $$
