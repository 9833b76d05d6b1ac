-- What these people had that still counts, nationwide: through a case here, or by a list in force. `own`
-- is what the very subject had. Answers about people the caller already knows, with programme, day,
-- occupation, grade and certificate: not where it was paid, through whom, or how much.
create function subsidies_of(subjects uuid[], people uuid[])
returns table (
  subject uuid, own boolean, programme text, benefit_class text, counts_on date, occupation_code text,
  grade smallint, certificate_number text, issuer_code text, category text, source text
) language sql stable security definer set search_path = public, pg_temp as $$
  select t.subject, s.subject_id = t.subject, s.programme, s.benefit_class, s.counts_on,
         s.occupation_code, s.grade, s.certificate_number, s.issuer_code, s.category, s.source
    from unnest(subjects, people) as t(subject, person)
    join person_subsidies s on s.person_id = t.person and s.ended_at is null
$$
