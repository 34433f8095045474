-- Who keeps the customer: the one main owner, his role, and whether he is really there (R27).
-- needs owner_id: assignment.staff_id
-- needs orphan: assignment.staff_id
SELECT
  c.customer_id,
  a.owner_id,
  a.owners,
  s.role AS owner_role,
  CASE
    WHEN a.owner_id IS NULL THEN TRUE
    WHEN s.is_virtual THEN TRUE
    WHEN s.has_left THEN TRUE
    WHEN s.staff_status IN :left_words THEN TRUE
    WHEN s.left_date <= :as_of THEN TRUE
    ELSE FALSE
  END AS orphan
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
