-- Services that a customer uses this month, and so comes back for: payroll, autopay, mobile banking, quick payment, social-security card, acquiring. Their number is known of whom each is known that the bank tells of (R7).
-- needs
--   services: salaried or customer_month.has_mobile_bank or customer_month.has_autopay or customer_month.has_quickpay or customer_month.has_social_card or merchant_flagged
--   salaried: customer_month.has_payroll or customer_month.payroll_months or customer_month.payroll_amt_fen or txn.summary
--   payroll_fen: customer_month.payroll_amt_fen or txn.summary
SELECT
  e.customer_id,
  e.salaried,
  e.payroll_fen,
  CASE
    WHEN k.salaried + k.autopay + k.mobile + k.quickpay + k.social + k.acquiring > 0 THEN
      CASE WHEN e.salaried THEN 1 WHEN NOT e.salaried OR k.salaried = 0 THEN 0 END
      + CASE WHEN e.has_autopay THEN 1 WHEN NOT e.has_autopay OR k.autopay = 0 THEN 0 END
      + CASE WHEN e.has_mobile_bank THEN 1 WHEN NOT e.has_mobile_bank OR k.mobile = 0 THEN 0 END
      + CASE WHEN e.has_quickpay THEN 1 WHEN NOT e.has_quickpay OR k.quickpay = 0 THEN 0 END
      + CASE WHEN e.has_social_card THEN 1 WHEN NOT e.has_social_card OR k.social = 0 THEN 0 END
      + CASE WHEN e.merchant_flag THEN 1 WHEN NOT e.merchant_flag OR k.acquiring = 0 THEN 0 END
  END AS services
FROM evidence e
CROSS JOIN (
  SELECT
    COUNT(salaried) AS salaried,
    COUNT(has_autopay) AS autopay,
    COUNT(has_mobile_bank) AS mobile,
    COUNT(has_quickpay) AS quickpay,
    COUNT(has_social_card) AS social,
    COUNT(merchant_flag) AS acquiring
  FROM evidence
) k
