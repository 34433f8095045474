-- One row a member of staff: his role, and whether he is a virtual owner or has left; the word of any of his records, a flag and a date each say so (R27).
SELECT
  s.*,
  CASE WHEN s.is_virtual THEN 'virtual' WHEN s.said_left OR s.left_date <= :as_of THEN 'left' END AS absence
FROM (
  SELECT
    f.staff_id,
    MIN(f.role) AS role,
    MAX(f.left_date) AS left_date,
    MAX(CASE WHEN f.is_virtual THEN 1 ELSE 0 END) = 1 AS is_virtual,
    MAX(CASE WHEN f.has_left OR m.code = 'left' THEN 1 ELSE 0 END) = 1 AS said_left
  FROM staff f
  LEFT JOIN meanings m ON m.kind = 'status' AND m.said = f.staff_status
  GROUP BY f.staff_id
) s
