-- What a customer's transactions add up to: money in and out and active ones of the month to the date, receipts, payroll, the last active day. None of them is none only where his branch's were sent and reach over the time; else there were at least so many.
SELECT
  r.*,
  CASE WHEN r.month_covered AND r.undirected = 0 THEN r.inflow_least_fen END AS inflow_fen,
  CASE WHEN r.month_covered AND r.undirected = 0 THEN r.outflow_least_fen END AS outflow_fen,
  CASE WHEN r.month_covered AND r.untold = 0 THEN r.active_least END AS txn_count,
  CASE WHEN r.month_covered AND r.pay_told THEN r.pay_least_fen END AS pay_fen,
  CASE WHEN r.month_covered AND r.acquiring_told THEN r.receipts_least END AS receipts
FROM (
  SELECT
    c.customer_id,
    k.pay_told,
    k.acquiring_told,
    COALESCE(b.known_since IS NOT NULL, FALSE) AS to_date,
    COALESCE(
      b.first_date - INTERVAL :evidence.gap_days DAY - INTERVAL 1 DAY <= :month_since AND b.last_date + INTERVAL :evidence.gap_days DAY >= :as_of,
      FALSE
    ) AS month_covered,
    COALESCE(
      b.first_date - INTERVAL :evidence.gap_days DAY - INTERVAL 1 DAY <= :pays_since AND b.last_date + INTERVAL :evidence.gap_days DAY >= :as_of,
      FALSE
    ) AND k.pay_told AS pays_covered,
    s.last_active_date,
    COALESCE(s.inflow_fen, 0) AS inflow_least_fen,
    COALESCE(s.outflow_fen, 0) AS outflow_least_fen,
    COALESCE(s.active, 0) AS active_least,
    COALESCE(s.pay_fen, 0) AS pay_least_fen,
    COALESCE(s.pay_months, 0) AS pay_months_least,
    COALESCE(s.receipts, 0) AS receipts_least,
    COALESCE(s.receipts_fen, 0) AS receipts_least_fen,
    COALESCE(s.parties, 0) AS parties_least,
    COALESCE(s.undirected, 0) AS undirected,
    COALESCE(s.untold, 0) AS untold
  FROM customer c
  CROSS JOIN (
    SELECT
      COUNT(CASE WHEN x.direction IN :credit_words THEN p.code END) > 0 AS pay_told,
      COUNT(CASE WHEN x.channel IN :acquiring_words THEN 1 END) > 0 AS acquiring_told
    FROM txn x
    LEFT JOIN meanings p ON p.kind = 'pay' AND p.said = x.summary
    WHERE x.txn_date <= :as_of
  ) k
  LEFT JOIN sent b ON b.branch_id = c.branch_id AND b.source = 'txn'
  LEFT JOIN (
    SELECT
      t.customer_id,
      MAX(CASE WHEN t.active THEN t.txn_date END) AS last_active_date,
      CAST(SUM(CASE WHEN t.of_month AND t.credit THEN t.amount_fen END) AS BIGINT) AS inflow_fen,
      CAST(SUM(CASE WHEN t.of_month AND t.debit THEN t.amount_fen END) AS BIGINT) AS outflow_fen,
      COUNT(CASE WHEN t.of_month AND t.active THEN 1 END) AS active,
      CAST(SUM(CASE WHEN t.of_month AND t.credit AND t.is_pay THEN t.amount_fen END) AS BIGINT) AS pay_fen,
      COUNT(DISTINCT CASE WHEN t.txn_date > :pays_since AND t.credit AND t.is_pay THEN t.month END) AS pay_months,
      COUNT(CASE WHEN t.of_receipts AND t.acquired THEN 1 END) AS receipts,
      CAST(SUM(CASE WHEN t.of_receipts AND t.acquired THEN t.amount_fen END) AS BIGINT) AS receipts_fen,
      COUNT(DISTINCT CASE WHEN t.of_receipts THEN t.counterparty END) AS parties,
      COUNT(CASE WHEN t.of_month AND NOT COALESCE(t.credit OR t.debit, FALSE) THEN 1 END) AS undirected,
      COUNT(CASE WHEN t.of_month AND t.active IS NULL THEN 1 END) AS untold
    FROM (
      SELECT
        x.customer_id,
        x.txn_date,
        x.amount_fen,
        x.counterparty,
        x.txn_date > :month_since AS of_month,
        x.txn_date > :receipts_since AS of_receipts,
        YEAR(x.txn_date) * 12 + MONTH(x.txn_date) AS month,
        x.direction IN :credit_words AS credit,
        x.direction IN :debit_words AS debit,
        x.channel IN :acquiring_words AS acquired,
        p.code IS NOT NULL AS is_pay,
        -- Interest is not activity; what nobody says anything of may be interest.
        COALESCE(
          x.is_active_txn,
          NOT x.is_interest,
          CASE WHEN COALESCE(x.summary, x.txn_type, x.channel) IS NOT NULL THEN i.code IS NULL END
        ) AS active
      FROM txn x
      LEFT JOIN meanings p ON p.kind = 'pay' AND p.said = x.summary
      LEFT JOIN meanings i ON i.kind = 'posting'
        AND i.said = COALESCE(x.summary, '') || ' ' || COALESCE(x.txn_type, '') || ' ' || COALESCE(x.channel, '')
      WHERE x.txn_date <= :as_of
    ) t
    GROUP BY t.customer_id
  ) s ON s.customer_id = c.customer_id
) r
