-- Who keeps the customer: the one main owner, his role, and whether he is really there, or why not (R27).
-- needs
--   owner_id, owners, orphan, orphan_cause: assignment.staff_id
--   owner_role: assignment.staff_id, staff.role
SELECT
  o.*,
  o.orphan_cause IS NOT NULL AS orphan
FROM (
  SELECT
    c.customer_id,
    a.owner_id,
    COALESCE(a.owners, 0) AS owners,
    s.role AS owner_role,
    CASE WHEN a.owner_id IS NULL THEN 'none' ELSE s.absence END AS orphan_cause
  FROM customer c
  LEFT JOIN (
    SELECT customer_id, MIN(staff_id) AS owner_id, COUNT(DISTINCT staff_id) AS owners
    FROM assignment
    WHERE owner_type IS NULL OR owner_type NOT IN :assisting_words
    GROUP BY customer_id
  ) a ON a.customer_id = c.customer_id
  LEFT JOIN staff_state s ON s.staff_id = a.owner_id
) o
