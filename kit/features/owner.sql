-- Who keeps the customer: the one main owner, his role, whether he is known to the staff, and whether he is really there, or why not; of branches for which no owners were sent nobody knows (R27).
-- needs
--   owner_id, owners, orphan, orphan_cause: assignment.staff_id
--   owner_listed: assignment.staff_id, staff.staff_id
--   owner_role: assignment.staff_id, staff.role
SELECT
  o.*,
  CASE WHEN o.is_sent THEN o.orphan_cause IS NOT NULL END AS orphan
FROM (
  SELECT
    c.customer_id,
    a.owner_id,
    w.source IS NOT NULL AS is_sent,
    CASE WHEN w.source IS NOT NULL THEN COALESCE(a.owners, 0) END AS owners,
    s.role AS owner_role,
    CASE WHEN a.owner_id IS NOT NULL THEN s.staff_id IS NOT NULL END AS owner_listed,
    CASE WHEN a.owner_id IS NOT NULL THEN s.absence WHEN w.source IS NOT NULL THEN 'none' END AS orphan_cause
  FROM customer c
  LEFT JOIN sent w ON w.branch_id = c.branch_id AND w.source = 'assignment'
  LEFT JOIN (
    SELECT customer_id, MIN(staff_id) AS owner_id, COUNT(DISTINCT staff_id) AS owners
    FROM assignment
    WHERE owner_type IS NULL OR owner_type NOT IN :assisting_words
    GROUP BY customer_id
  ) a ON a.customer_id = c.customer_id
  LEFT JOIN staff_state s ON s.staff_id = a.owner_id
) o
