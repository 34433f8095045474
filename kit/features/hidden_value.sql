-- Hidden value: on the lowest tier, yet with more than the balance shows: a large flow or payroll, a trade, an occupation (R20).
-- needs hidden_flow: customer_month.inflow_fen
-- needs hidden_payroll: customer_month.payroll_amt_fen
-- needs hidden_merchant: customer_month.merchant_flag or txn.channel or customer_month.inflow_fen or customer_month.txn_amount_fen
-- needs hidden_occupation: customer.occupation
SELECT
  a.customer_id,
  COALESCE(a.tier_rank = 0, FALSE) AND COALESCE(p.inflow_fen >= :hidden_flow_fen, FALSE) AS hidden_flow,
  COALESCE(a.tier_rank = 0, FALSE) AND COALESCE(m.payroll_amt_fen >= :hidden_pay_fen, FALSE) AS hidden_payroll,
  COALESCE(a.tier_rank = 0, FALSE) AND h.merchant_like AS hidden_merchant,
  COALESCE(a.tier_rank = 0, FALSE) AND COALESCE(g.occupation_sector IN :hidden_sectors, FALSE) AS hidden_occupation
FROM aum a
JOIN primary_account p ON p.customer_id = a.customer_id
JOIN merchant h ON h.customer_id = a.customer_id
JOIN person g ON g.customer_id = a.customer_id
LEFT JOIN customer_month m ON m.customer_id = a.customer_id AND m.as_of = :month
