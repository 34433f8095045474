-- Hidden value: on the lowest tier, yet with more than the balance shows: a large flow or payroll, a trade, an occupation (R20).
-- needs
--   hidden_flow: inflow_fen
--   hidden_payroll: customer_month.payroll_amt_fen or txn.summary
--   hidden_merchant: merchant_like
--   hidden_occupation: customer.occupation
SELECT
  a.customer_id,
  a.tier_rank = 0 AND CASE WHEN e.inflow_least_fen >= :hidden.flow_fen THEN TRUE ELSE e.inflow_fen >= :hidden.flow_fen END AS hidden_flow,
  a.tier_rank = 0 AND CASE WHEN e.payroll_least_fen >= :hidden.payroll_fen THEN TRUE ELSE e.payroll_fen >= :hidden.payroll_fen END AS hidden_payroll,
  a.tier_rank = 0 AND h.merchant_like AS hidden_merchant,
  a.tier_rank = 0 AND CASE WHEN g.occupation_known THEN g.occupation_sector IN :hidden.sectors END AS hidden_occupation
FROM aum a
JOIN evidence e ON e.customer_id = a.customer_id
JOIN merchant h ON h.customer_id = a.customer_id
JOIN person g ON g.customer_id = a.customer_id
