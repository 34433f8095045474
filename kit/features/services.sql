-- Services that a customer uses this month, and so comes back for: payroll, autopay, mobile banking, quick payment, social-security card, acquiring (R7).
-- needs
--   services: customer_month.has_mobile_bank or customer_month.has_autopay or customer_month.has_payroll or customer_month.payroll_months or customer_month.has_quickpay or customer_month.has_social_card or customer_month.merchant_flag
--   salaried: customer_month.has_payroll or customer_month.payroll_months or customer_month.payroll_amt_fen
--   payroll_fen: customer_month.payroll_amt_fen
SELECT
  s.customer_id,
  s.salaried,
  s.payroll_fen,
  CASE WHEN s.salaried THEN 1 ELSE 0 END + CASE WHEN s.has_autopay THEN 1 ELSE 0 END
  + CASE WHEN s.has_mobile_bank THEN 1 ELSE 0 END + CASE WHEN s.has_quickpay THEN 1 ELSE 0 END
  + CASE WHEN s.has_social_card THEN 1 ELSE 0 END + CASE WHEN s.merchant_flag THEN 1 ELSE 0 END AS services
FROM (
  SELECT
    c.customer_id,
    COALESCE(m.has_payroll, m.payroll_months > 0, m.payroll_amt_fen > 0, FALSE) AS salaried,
    m.payroll_amt_fen AS payroll_fen,
    m.has_autopay,
    m.has_mobile_bank,
    m.has_quickpay,
    m.has_social_card,
    m.merchant_flag
  FROM customer c
  LEFT JOIN customer_month m ON m.customer_id = c.customer_id AND m.as_of = :month
) s
