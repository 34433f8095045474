-- Hidden value: on the lowest tier, yet with more than the balance shows: a large flow or payroll, a trade, an occupation (R20).
-- needs
--   hidden_flow: customer_month.inflow_fen
--   hidden_payroll: customer_month.payroll_amt_fen
--   hidden_merchant: merchant_like
--   hidden_occupation: customer.occupation
SELECT
  a.customer_id,
  COALESCE(a.tier_rank = 0, FALSE) AND COALESCE(p.inflow_fen >= :hidden.flow_fen, FALSE) AS hidden_flow,
  COALESCE(a.tier_rank = 0, FALSE) AND COALESCE(m.payroll_amt_fen >= :hidden.payroll_fen, FALSE) AS hidden_payroll,
  COALESCE(a.tier_rank = 0, FALSE) AND h.merchant_like AS hidden_merchant,
  COALESCE(a.tier_rank = 0, FALSE) AND COALESCE(g.occupation_sector IN :hidden.sectors, FALSE) AS hidden_occupation
FROM aum a
JOIN primary_account p ON p.customer_id = a.customer_id
JOIN merchant h ON h.customer_id = a.customer_id
JOIN person g ON g.customer_id = a.customer_id
LEFT JOIN customer_month m ON m.customer_id = a.customer_id AND m.as_of = :month
