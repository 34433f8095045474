-- What is known of a customer's banking at the date: each figure from the month's table, else from its parts, else from his accounts, else from his transactions. What none of them tells is null: not known, and never no.
SELECT
  d.*,
  -- One basis for both: averages mixed with balances at the date are a share of nothing.
  CASE
    WHEN d.demand_avg_month_fen IS NOT NULL AND d.deposit_avg_month_fen IS NOT NULL THEN TRUE
    WHEN d.demand_spot_fen IS NOT NULL AND d.deposit_spot_fen IS NOT NULL THEN FALSE
  END AS demand_averaged,
  CASE
    WHEN d.demand_avg_month_fen IS NOT NULL AND d.deposit_avg_month_fen IS NOT NULL THEN d.demand_avg_month_fen
    WHEN d.deposit_spot_fen IS NOT NULL THEN d.demand_spot_fen
  END AS demand_part_fen,
  CASE
    WHEN d.demand_avg_month_fen IS NOT NULL AND d.deposit_avg_month_fen IS NOT NULL THEN d.deposit_avg_month_fen
    WHEN d.demand_spot_fen IS NOT NULL THEN d.deposit_spot_fen
  END AS demand_of_fen
FROM (
  SELECT
    c.customer_id,
    m.customer_id IS NOT NULL AS in_month,
    COALESCE(m.aum_avg_month_fen, m.aum_spot_fen) AS held_fen,
    COALESCE(m.demand_spot_fen, a.demand_fen) AS demand_spot_fen,
    COALESCE(m.time_spot_fen, a.time_fen) AS time_spot_fen,
    m.cd_spot_fen,
    m.structured_spot_fen,
    -- A kind that the bank sends of nobody is none of its own; one that it sends must be known of him.
    COALESCE(
      m.deposit_spot_fen,
      m.demand_spot_fen + m.time_spot_fen
        + CASE WHEN k.cds = 0 THEN 0 ELSE m.cd_spot_fen END
        + CASE WHEN k.structured = 0 THEN 0 ELSE m.structured_spot_fen END,
      a.deposit_fen
    ) AS deposit_spot_fen,
    m.deposit_avg_month_fen,
    m.demand_avg_month_fen,
    m.other_bank_assets_fen,
    COALESCE(m.inflow_fen, t.inflow_fen) AS inflow_fen,
    COALESCE(m.inflow_fen, t.inflow_least_fen) AS inflow_least_fen,
    COALESCE(m.outflow_fen, t.outflow_fen) AS outflow_fen,
    COALESCE(m.outflow_fen, t.outflow_least_fen) AS outflow_least_fen,
    COALESCE(m.inflow_fen + m.outflow_fen, m.txn_amount_fen, t.inflow_fen + t.outflow_fen) AS turnover_fen,
    COALESCE(m.txn_count, t.txn_count) AS txn_count,
    COALESCE(m.txn_count, t.active_least) AS txn_count_least,
    m.last_active_date AS last_active_told,
    CASE
      WHEN t.last_active_date > m.last_active_date OR m.last_active_date IS NULL THEN t.last_active_date
      ELSE m.last_active_date
    END AS last_active_date,
    t.to_date AS txns_to_date,
    COALESCE(m.payroll_amt_fen, t.pay_fen) AS payroll_fen,
    COALESCE(m.payroll_amt_fen, t.pay_least_fen) AS payroll_least_fen,
    COALESCE(
      m.has_payroll,
      m.payroll_months > 0,
      m.payroll_amt_fen > 0,
      CASE WHEN t.pay_months_least > 0 THEN TRUE WHEN t.pays_covered THEN FALSE END
    ) AS salaried,
    COALESCE(
      m.payroll_months >= :primary.payroll_months,
      m.has_payroll,
      CASE WHEN t.pay_months_least >= :primary.payroll_months THEN TRUE WHEN t.pays_covered THEN FALSE END
    ) AS payroll_steady,
    COALESCE(m.same_name_out, m.same_name_out_fen > 0) AS same_name_out,
    m.pass_through,
    m.has_autopay,
    m.has_mobile_bank,
    COALESCE(m.merchant_flag, m.merchant_amt_fen > 0) AS merchant_flag,
    k.flags > 0 OR t.acquiring_told AS acquiring_known,
    t.receipts,
    t.receipts_least,
    t.receipts_least_fen,
    t.parties_least,
    m.has_quickpay,
    m.has_social_card
  FROM customer c
  JOIN txn_sums t ON t.customer_id = c.customer_id
  CROSS JOIN (
    SELECT
      COUNT(cd_spot_fen) AS cds,
      COUNT(structured_spot_fen) AS structured,
      COUNT(merchant_flag) + COUNT(merchant_amt_fen) AS flags
    FROM customer_month
    WHERE as_of = :month
  ) k
  LEFT JOIN customer_month m ON m.customer_id = c.customer_id AND m.as_of = :month
  LEFT JOIN (
    -- Of accounts that all have a balance and a kind, each kind is known; one without leaves the kinds open.
    SELECT
      x.customer_id,
      CASE WHEN COUNT(*) = COUNT(x.balance_fen) THEN CAST(SUM(x.balance_fen) AS BIGINT) END AS deposit_fen,
      CASE WHEN COUNT(*) = COUNT(x.kind) THEN CAST(SUM(CASE WHEN x.kind = 'demand' THEN x.balance_fen ELSE 0 END) AS BIGINT) END AS demand_fen,
      CASE WHEN COUNT(*) = COUNT(x.kind) THEN CAST(SUM(CASE WHEN x.kind = 'time' THEN x.balance_fen ELSE 0 END) AS BIGINT) END AS time_fen
    FROM (
      SELECT n.customer_id, n.balance_fen, CASE WHEN n.balance_fen IS NOT NULL THEN f.code END AS kind
      FROM account n
      LEFT JOIN meanings f ON f.kind = 'family' AND f.said = n.product_name
      WHERE COALESCE(n.account_status NOT IN :closed_words, TRUE)
        AND COALESCE(n.close_date > :as_of, TRUE)
        AND COALESCE(f.code IN ('demand', 'time', 'structured'), TRUE)
    ) x
    GROUP BY x.customer_id
  ) a ON a.customer_id = c.customer_id
) d
