-- Is this the customer's primary account? Points for payroll, activity, autopay, mobile use and demand money; against same-name transfers out and pass-through (R46, R47).
-- needs
--   primary_score, primary_grade: customer_month.has_payroll or customer_month.payroll_months or customer_month.txn_count or customer_month.demand_spot_fen or customer_month.demand_avg_month_fen
--   demand_share: customer_month.demand_avg_month_fen or customer_month.demand_spot_fen, customer_month.deposit_spot_fen or customer_month.deposit_avg_month_fen
--   demand_cover: customer_month.demand_avg_month_fen or customer_month.demand_spot_fen, customer_month.outflow_fen
--   inflow_fen: customer_month.inflow_fen
--   outflow_fen: customer_month.outflow_fen
--   elsewhere_fen, primary_elsewhere: customer_month.other_bank_assets_fen
--   primary_payroll: customer_month.has_payroll or customer_month.payroll_months
--   primary_active: customer_month.txn_count
--   primary_autopay: customer_month.has_autopay
--   primary_mobile: customer_month.has_mobile_bank
--   primary_demand: customer_month.demand_avg_month_fen or customer_month.demand_spot_fen
--   primary_same_name_out: customer_month.same_name_out or customer_month.same_name_out_fen
--   primary_pass_through: customer_month.pass_through or customer_month.outflow_fen
SELECT
  p.*,
  CASE
    WHEN p.primary_score >= :primary.strong_from THEN 'strong'
    WHEN p.primary_score < :primary.weak_below THEN 'weak'
    ELSE 'medium'
  END AS primary_grade
FROM (
  SELECT
    e.*,
    CASE WHEN e.primary_payroll THEN :primary.payroll ELSE 0 END
    + CASE WHEN e.primary_active THEN :primary.active ELSE 0 END
    + CASE WHEN e.primary_autopay THEN :primary.autopay ELSE 0 END
    + CASE WHEN e.primary_mobile THEN :primary.mobile ELSE 0 END
    + CASE WHEN e.primary_demand THEN :primary.demand ELSE 0 END
    + CASE WHEN e.primary_same_name_out THEN :primary.same_name_out ELSE 0 END
    + CASE WHEN e.primary_pass_through THEN :primary.pass_through ELSE 0 END AS primary_score
  FROM (
    SELECT
      d.customer_id,
      d.demand_share,
      d.demand_cover,
      d.inflow_fen,
      d.outflow_fen,
      d.elsewhere_fen,
      COALESCE(d.elsewhere_fen > 0 AND d.elsewhere_fen >= :primary.elsewhere_ratio * d.aum_fen, FALSE) AS primary_elsewhere,
      CASE
        WHEN d.payroll_months IS NOT NULL THEN d.payroll_months >= :primary.payroll_months
        ELSE COALESCE(d.has_payroll, FALSE)
      END AS primary_payroll,
      COALESCE(d.txn_count >= :primary.active_txns, FALSE) AS primary_active,
      COALESCE(d.has_autopay, FALSE) AS primary_autopay,
      COALESCE(d.has_mobile_bank, FALSE) AS primary_mobile,
      COALESCE(d.demand_share >= :primary.demand_share, FALSE) AS primary_demand,
      COALESCE(d.same_name_out, FALSE) AS primary_same_name_out,
      COALESCE(d.pass_through, FALSE)
        OR COALESCE(d.outflow_fen > 0 AND d.held_fen < :primary.pass_through_ratio * d.outflow_fen, FALSE) AS primary_pass_through
    FROM (
      SELECT
        c.customer_id,
        m.payroll_months,
        m.has_payroll,
        m.txn_count,
        m.has_autopay,
        m.has_mobile_bank,
        COALESCE(m.same_name_out, m.same_name_out_fen > 0) AS same_name_out,
        m.pass_through,
        m.inflow_fen,
        m.outflow_fen,
        m.other_bank_assets_fen AS elsewhere_fen,
        a.aum_fen,
        1e0 * COALESCE(m.demand_avg_month_fen, m.demand_spot_fen) / NULLIF(m.outflow_fen, 0) AS demand_cover,
        COALESCE(m.aum_avg_month_fen, m.aum_spot_fen) AS held_fen,
        CASE
          WHEN COALESCE(m.deposit_avg_month_fen, m.deposit_spot_fen) > 0 THEN
            1e0 * COALESCE(m.demand_avg_month_fen, m.demand_spot_fen)
            / NULLIF(COALESCE(m.deposit_avg_month_fen, m.deposit_spot_fen), 0)
        END AS demand_share
      FROM customer c
      JOIN aum a ON a.customer_id = c.customer_id
      LEFT JOIN customer_month m ON m.customer_id = c.customer_id AND m.as_of = :month
    ) d
  ) e
) p
