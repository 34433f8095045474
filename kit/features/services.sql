-- Services that a customer uses this month, and so comes back for: payroll, autopay, mobile banking, quick payment, social-security card, acquiring; of those that the bank tells of, how many are not known of him (R7).
-- needs
--   services, services_unclear: customer_month.has_mobile_bank or customer_month.has_autopay or customer_month.has_payroll or customer_month.payroll_months or customer_month.has_quickpay or customer_month.has_social_card or customer_month.merchant_flag
--   salaried: customer_month.has_payroll or customer_month.payroll_months or customer_month.payroll_amt_fen
--   payroll_fen: customer_month.payroll_amt_fen
SELECT
  s.customer_id,
  s.salaried,
  s.payroll_fen,
  CASE WHEN s.salaried THEN 1 ELSE 0 END + CASE WHEN s.has_autopay THEN 1 ELSE 0 END
  + CASE WHEN s.has_mobile_bank THEN 1 ELSE 0 END + CASE WHEN s.has_quickpay THEN 1 ELSE 0 END
  + CASE WHEN s.has_social_card THEN 1 ELSE 0 END + CASE WHEN s.merchant_flag THEN 1 ELSE 0 END AS services,
  CASE WHEN s.salaried IS NULL AND COUNT(s.salaried) OVER () > 0 THEN 1 ELSE 0 END
  + CASE WHEN s.has_autopay IS NULL AND COUNT(s.has_autopay) OVER () > 0 THEN 1 ELSE 0 END
  + CASE WHEN s.has_mobile_bank IS NULL AND COUNT(s.has_mobile_bank) OVER () > 0 THEN 1 ELSE 0 END
  + CASE WHEN s.has_quickpay IS NULL AND COUNT(s.has_quickpay) OVER () > 0 THEN 1 ELSE 0 END
  + CASE WHEN s.has_social_card IS NULL AND COUNT(s.has_social_card) OVER () > 0 THEN 1 ELSE 0 END
  + CASE WHEN s.merchant_flag IS NULL AND COUNT(s.merchant_flag) OVER () > 0 THEN 1 ELSE 0 END AS services_unclear
FROM (
  SELECT
    c.customer_id,
    COALESCE(m.has_payroll, m.payroll_months > 0, m.payroll_amt_fen > 0) AS salaried,
    m.payroll_amt_fen AS payroll_fen,
    m.has_autopay,
    m.has_mobile_bank,
    m.has_quickpay,
    m.has_social_card,
    m.merchant_flag
  FROM customer c
  LEFT JOIN customer_month m ON m.customer_id = c.customer_id AND m.as_of = :month
) s
