-- How many filings and people take part in a joint class: numbers only, for an organiser who sees
-- neither the filings nor anybody in them.
create function joint_class_headcount(class uuid)
returns table (filings integer, people integer) language sql stable
security definer set search_path = public, pg_temp as $$
  select count(*)::integer, coalesce(sum(s.people), 0)::integer
    from joint_class_seats s where s.joint_class_id = class
$$
