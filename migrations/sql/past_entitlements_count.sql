-- Entitlements from before people's subsidies were kept count from the day they were first decided.
do $$
begin
  perform set_config('xuetu.region_path', '/', true);
  insert into person_subsidies
    (place_id, subject_id, row_no, person_id, programme, benefit_class, counts_on, occupation_code,
     grade, certificate_number, issuer_code, category, source)
  select distinct on (p.place_id, p.enrolment_id)
         p.place_id, p.enrolment_id, 1, p.person_id, 'apprenticeship', p.benefit_class,
         cast(e.first_at at time zone 'Asia/Shanghai' as date),
         case p.occupation_code when '6-30-99-00' then '6-31-07-03' else p.occupation_code end,
         p.grade, u.number, u.issuer_code, u.category, 'case'
    from person_entitlements p
    join (select place_id, enrolment_id, min(at) as first_at from entitlements
           where amount_fen > 0 group by place_id, enrolment_id) e
      on e.place_id = p.place_id and e.enrolment_id = p.enrolment_id
    left join certificate_uses u
      on u.place_id = p.place_id and u.enrolment_id = p.enrolment_id
     and u.benefit_class = p.benefit_class
   order by p.place_id, p.enrolment_id, p.grade, u.number;
  perform set_config('xuetu.region_path', '', true);
end $$
