-- One row a customer invited to an event of the profile's months, or an event of which only numbers are on record: how many were invited and how many came (R99).
-- needs
--   event_date: event.event_date
--   event_staff_id: event.staff_id
--   invited_people: event.customer_id or event.invited_count
--   attended_people: event.attended or event.attended_count
SELECT
  COALESCE(c.branch_id, e.branch_id) AS branch_id,
  e.event_id,
  c.customer_id,
  e.event_date,
  e.staff_id AS event_staff_id,
  CASE
    WHEN c.customer_id IS NULL THEN e.invited_count
    WHEN COALESCE(e.invited, TRUE) THEN 1
    ELSE 0
  END AS invited_people,
  CASE WHEN c.customer_id IS NULL THEN e.attended_count WHEN e.attended THEN 1 WHEN NOT e.attended THEN 0 END AS attended_people
FROM event e
JOIN (SELECT event_id, COUNT(customer_id) AS named FROM event GROUP BY event_id) n ON n.event_id = e.event_id
LEFT JOIN customer c ON c.customer_id = e.customer_id
-- An event's numbers beside the names of who was there would count them twice.
WHERE (c.customer_id IS NOT NULL OR (e.customer_id IS NULL AND n.named = 0))
  AND COALESCE(c.branch_id, e.branch_id) IS NOT NULL
  AND (e.event_date IS NULL OR (e.event_date > :practice_since AND e.event_date <= :as_of))
