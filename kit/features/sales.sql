-- One row a deal of the profile's months or an opportunity still open: the product family, both amounts, its source, and the role of whoever made it (R72, R101, R102).
-- needs
--   deal_date: sale.deal_date
--   deal_staff_id: sale.staff_id
--   deal_role: sale.staff_id, staff.role
--   deal_family: sale.deal_product
--   deal_source: sale.sale_source
--   expected_fen: sale.expected_amount_fen
--   deal_fen: sale.deal_amount_fen
--   closed: sale.deal_amount_fen or sale.deal_date
SELECT
  c.branch_id,
  s.customer_id,
  s.deal_date,
  s.staff_id AS deal_staff_id,
  t.role AS deal_role,
  f.code AS deal_family,
  CASE WHEN s.sale_source IS NOT NULL THEN COALESCE(o.code, 'other') END AS deal_source,
  s.expected_amount_fen AS expected_fen,
  s.deal_amount_fen AS deal_fen,
  COALESCE(s.deal_amount_fen > 0, s.deal_date IS NOT NULL) AS closed
FROM sale s
JOIN customer c ON c.customer_id = s.customer_id
LEFT JOIN staff_state t ON t.staff_id = s.staff_id
LEFT JOIN meanings f ON f.kind = 'family' AND f.said = s.deal_product
LEFT JOIN meanings o ON o.kind = 'source' AND o.said = s.sale_source
WHERE s.deal_date IS NULL OR (s.deal_date > :practice_since AND s.deal_date <= :as_of)
