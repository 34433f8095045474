-- 代发留存: the last payroll and what is left of it: AUM seven days after less AUM the day before, told by the transactions of those days; where none tells of payroll, month-end less month-end, which is only a proxy.
-- needs
--   pay_fen, pay_daily: txn.summary or customer_month.payroll_amt_fen
--   pay_kept_fen: txn.summary or customer_month.payroll_amt_fen, txn.summary or customer_month.aum_spot_fen
SELECT
  c.customer_id,
  k.paid > 0 AS pay_daily,
  CASE WHEN k.paid > 0 THEN t.pay_fen WHEN m.payroll_amt_fen > 0 THEN m.payroll_amt_fen END AS pay_fen,
  CASE
    WHEN k.paid > 0 THEN t.pay_kept_fen
    WHEN m.payroll_amt_fen > 0 THEN m.aum_spot_fen - b.aum_spot_fen
  END AS pay_kept_fen
FROM customer c
CROSS JOIN (
  SELECT COUNT(*) AS paid
  FROM txn x
  JOIN meanings p ON p.kind = 'pay' AND p.said = x.summary
  WHERE x.direction IN :credit_words AND x.txn_date <= :as_of
) k
LEFT JOIN customer_month m ON m.customer_id = c.customer_id AND m.as_of = :month
LEFT JOIN customer_month b ON b.customer_id = c.customer_id AND b.as_of = :month_before
LEFT JOIN (
  SELECT
    x.customer_id,
    CAST(SUM(CASE WHEN x.txn_date = x.pay_date AND x.is_pay THEN x.amount_fen ELSE 0 END) AS BIGINT) AS pay_fen,
    CAST(SUM(CASE WHEN x.credit THEN x.amount_fen ELSE -x.amount_fen END) AS BIGINT) AS pay_kept_fen
  FROM (
    SELECT
      y.*,
      MAX(CASE WHEN y.is_pay AND y.txn_date <= :pay_until THEN y.txn_date END) OVER (PARTITION BY y.customer_id) AS pay_date
    FROM (
      SELECT
        n.customer_id,
        n.txn_date,
        n.amount_fen,
        n.direction IN :credit_words AS credit,
        n.direction IN :credit_words AND p.code IS NOT NULL AS is_pay
      FROM txn n
      LEFT JOIN meanings p ON p.kind = 'pay' AND p.said = n.summary
      WHERE n.txn_date > :pay_since AND n.txn_date <= :as_of
    ) y
  ) x
  WHERE x.txn_date >= x.pay_date AND x.txn_date <= x.pay_date + INTERVAL :primary.retention_days DAY
  GROUP BY x.customer_id
) t ON t.customer_id = c.customer_id
