-- The customer's balance sheet beyond his deposits at the month's end, and which of the bank's tables know him at all: one that was not sent for his branch says nothing of him (R48, R49).
-- needs
--   wmp_spot_fen: customer_month.wmp_spot_fen
--   fund_spot_fen: customer_month.fund_spot_fen
--   insurance_spot_fen: customer_month.insurance_spot_fen
--   bond_spot_fen: customer_month.bond_spot_fen
--   gold_spot_fen: customer_month.gold_spot_fen
--   custody_spot_fen: customer_month.custody_spot_fen
--   loan_spot_fen: customer_month.loan_spot_fen
--   in_account: account.customer_id
--   in_holding: holding.customer_id
--   in_txn: txn.customer_id
SELECT
  c.customer_id,
  m.wmp_spot_fen,
  m.fund_spot_fen,
  m.insurance_spot_fen,
  m.bond_spot_fen,
  m.gold_spot_fen,
  m.custody_spot_fen,
  m.loan_spot_fen,
  m.customer_id IS NOT NULL AS in_month,
  CASE WHEN s.accounts THEN a.customer_id IS NOT NULL END AS in_account,
  CASE WHEN s.holdings THEN h.customer_id IS NOT NULL END AS in_holding,
  CASE WHEN s.txns THEN t.customer_id IS NOT NULL END AS in_txn
FROM customer c
LEFT JOIN (
  SELECT
    branch_id,
    COUNT(CASE WHEN source = 'account' THEN 1 END) > 0 AS accounts,
    COUNT(CASE WHEN source = 'holding' THEN 1 END) > 0 AS holdings,
    COUNT(CASE WHEN source = 'txn' THEN 1 END) > 0 AS txns
  FROM sent
  GROUP BY branch_id
) s ON s.branch_id = c.branch_id
LEFT JOIN customer_month m ON m.customer_id = c.customer_id AND m.as_of = :month
LEFT JOIN (SELECT DISTINCT customer_id FROM account) a ON a.customer_id = c.customer_id
LEFT JOIN (SELECT DISTINCT customer_id FROM holding) h ON h.customer_id = c.customer_id
LEFT JOIN (SELECT DISTINCT customer_id FROM txn WHERE txn_date <= :as_of) t ON t.customer_id = c.customer_id
