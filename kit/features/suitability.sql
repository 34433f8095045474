-- What may be offered: the customer's own risk level, 1 to 5, while its assessment is valid; and his income of a year (R44, R50).
-- needs
--   risk_rank, risk_state: customer.risk_level
--   income_fen: customer.annual_income_fen or customer.monthly_income_fen
SELECT
  r.customer_id,
  r.income_fen,
  CASE WHEN r.in_time THEN r.rank END AS risk_rank,
  CASE WHEN r.rank IS NULL THEN 'unknown' WHEN r.in_time THEN 'valid' ELSE 'lapsed' END AS risk_state
FROM (
  SELECT
    c.customer_id,
    COALESCE(c.annual_income_fen, 12 * c.monthly_income_fen) AS income_fen,
    CASE c.risk_level WHEN 'C1' THEN 1 WHEN 'C2' THEN 2 WHEN 'C3' THEN 3 WHEN 'C4' THEN 4 WHEN 'C5' THEN 5 END AS rank,
    -- Where the bank dates its assessments, one without a date proves nothing.
    CASE WHEN k.dated = 0 THEN TRUE ELSE c.risk_expiry >= :as_of END AS in_time
  FROM customer c
  CROSS JOIN (SELECT COUNT(risk_expiry) AS dated FROM customer) k
) r
