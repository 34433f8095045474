-- Who keeps the customer: the one main owner, his role, and whether he is really there, or why not (R27).
-- needs owner_id: assignment.staff_id
-- needs owners: assignment.staff_id
-- needs orphan: assignment.staff_id
-- needs orphan_cause: assignment.staff_id
-- needs owner_role: assignment.staff_id
-- needs owner_role: staff.role
SELECT
  o.*,
  o.orphan_cause IS NOT NULL AS orphan
FROM (
  SELECT
    c.customer_id,
    a.owner_id,
    COALESCE(a.owners, 0) AS owners,
    s.role AS owner_role,
    CASE
      WHEN a.owner_id IS NULL THEN 'none'
      WHEN s.is_virtual THEN 'virtual'
      WHEN s.has_left THEN 'left'
      WHEN s.staff_status IN :left_words THEN 'left'
      WHEN s.left_date <= :as_of THEN 'left'
    END AS orphan_cause
  FROM customer c
  LEFT JOIN (
    SELECT customer_id, MIN(staff_id) AS owner_id, COUNT(DISTINCT staff_id) AS owners
    FROM assignment
    WHERE owner_type IS NULL OR owner_type NOT IN :assisting_words
    GROUP BY customer_id
  ) a ON a.customer_id = c.customer_id
  LEFT JOIN (
    SELECT staff_id, MIN(role) AS role, MAX(staff_status) AS staff_status, MAX(left_date) AS left_date,
      MAX(CASE WHEN has_left THEN 1 ELSE 0 END) = 1 AS has_left,
      MAX(CASE WHEN is_virtual THEN 1 ELSE 0 END) = 1 AS is_virtual
    FROM staff
    GROUP BY staff_id
  ) s ON s.staff_id = a.owner_id
) o
