-- One row a branch and month: its staff in office, its customers, their AUM and their deposits (R84).
-- needs
--   heads: staff.branch_id
--   capacity_deposit_fen: customer_month.deposit_spot_fen
SELECT
  o.branch_id,
  COALESCE(b.branch_name, o.branch_id) AS branch_name,
  o.as_of,
  o.customers,
  o.aum_fen,
  o.capacity_deposit_fen,
  h.heads
FROM (
  SELECT
    c.branch_id,
    m.as_of,
    COUNT(*) AS customers,
    CAST(SUM(m.:aum_column) AS BIGINT) AS aum_fen,
    CAST(SUM(m.deposit_spot_fen) AS BIGINT) AS capacity_deposit_fen
  FROM customer c
  JOIN customer_month m ON m.customer_id = c.customer_id AND m.as_of <= :as_of
  GROUP BY c.branch_id, m.as_of
) o
LEFT JOIN branch b ON b.branch_id = o.branch_id
LEFT JOIN (
  SELECT d.as_of, s.branch_id, COUNT(DISTINCT s.staff_id) AS heads
  FROM staff s
  JOIN staff_state t ON t.staff_id = s.staff_id
  CROSS JOIN (SELECT DISTINCT as_of FROM customer_month) d
  WHERE NOT t.is_virtual AND CASE WHEN t.left_date IS NOT NULL THEN t.left_date > d.as_of ELSE NOT t.said_left END
  GROUP BY d.as_of, s.branch_id
) h ON h.branch_id = o.branch_id AND h.as_of = o.as_of
