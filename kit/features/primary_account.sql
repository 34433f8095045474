-- Is this the customer's primary account? Points for payroll, activity, autopay, mobile use and demand money, against same-name transfers out and pass-through, of what is known of him: their sum out of what this evidence could give, from the profile's number of kinds up (R46, R47).
-- needs
--   primary_score, primary_grade, primary_kinds: primary_payroll or primary_active or primary_autopay or primary_mobile or primary_demand or primary_same_name_out or primary_pass_through
--   demand_share, demand_averaged, demand_part_fen, demand_of_fen: customer_month.demand_avg_month_fen or customer_month.demand_spot_fen or account.product_name, customer_month.deposit_avg_month_fen or customer_month.deposit_spot_fen or customer_month.time_spot_fen or account.balance_fen
--   demand_cover: customer_month.demand_avg_month_fen or customer_month.demand_spot_fen or account.product_name, customer_month.outflow_fen or txn.direction
--   inflow_fen: customer_month.inflow_fen or txn.direction
--   outflow_fen: customer_month.outflow_fen or txn.direction
--   elsewhere_fen, assets_elsewhere: customer_month.other_bank_assets_fen
--   primary_elsewhere: primary_same_name_out or primary_pass_through or elsewhere_fen
--   primary_payroll: customer_month.has_payroll or customer_month.payroll_months or txn.summary
--   primary_active: customer_month.txn_count or txn.is_active_txn or txn.is_interest or txn.summary or txn.txn_type or txn.channel
--   primary_autopay: customer_month.has_autopay
--   primary_mobile: customer_month.has_mobile_bank
--   primary_demand: demand_share
--   primary_same_name_out: customer_month.same_name_out or customer_month.same_name_out_fen
--   primary_pass_through: customer_month.pass_through or customer_month.outflow_fen or txn.direction
SELECT
  g.*,
  -- Somewhere else only on evidence of it: what is lacking here is none. Who has his primary account here may send money on.
  CASE
    WHEN g.assets_elsewhere OR (g.against AND COALESCE(g.primary_grade <> 'strong', TRUE)) THEN TRUE
    WHEN COALESCE(g.against, g.assets_elsewhere) IS NOT NULL THEN FALSE
  END AS primary_elsewhere
FROM (
  SELECT
    p.*,
    CASE
      WHEN p.primary_score >= :primary.strong_from THEN 'strong'
      WHEN p.primary_score < :primary.weak_below THEN 'weak'
      WHEN p.primary_score IS NOT NULL THEN 'medium'
    END AS primary_grade
  FROM (
    SELECT
      e.*,
      CASE
        WHEN e.primary_kinds >= :primary.kinds_at_least THEN
          100e0 * (
            CASE WHEN e.primary_payroll THEN :primary.payroll ELSE 0 END
            + CASE WHEN e.primary_active THEN :primary.active ELSE 0 END
            + CASE WHEN e.primary_autopay THEN :primary.autopay ELSE 0 END
            + CASE WHEN e.primary_mobile THEN :primary.mobile ELSE 0 END
            + CASE WHEN e.primary_demand THEN :primary.demand ELSE 0 END
            + CASE WHEN e.primary_same_name_out THEN :primary.same_name_out ELSE 0 END
            + CASE WHEN e.primary_pass_through THEN :primary.pass_through ELSE 0 END
          ) / NULLIF(
            CASE WHEN e.primary_payroll IS NULL THEN 0 ELSE :primary.payroll END
            + CASE WHEN e.primary_active IS NULL THEN 0 ELSE :primary.active END
            + CASE WHEN e.primary_autopay IS NULL THEN 0 ELSE :primary.autopay END
            + CASE WHEN e.primary_mobile IS NULL THEN 0 ELSE :primary.mobile END
            + CASE WHEN e.primary_demand IS NULL THEN 0 ELSE :primary.demand END,
            0
          )
      END AS primary_score
    FROM (
      SELECT
        d.*,
        CASE WHEN d.primary_payroll IS NULL THEN 0 ELSE 1 END + CASE WHEN d.primary_active IS NULL THEN 0 ELSE 1 END
        + CASE WHEN d.primary_autopay IS NULL THEN 0 ELSE 1 END + CASE WHEN d.primary_mobile IS NULL THEN 0 ELSE 1 END
        + CASE WHEN d.primary_demand IS NULL THEN 0 ELSE 1 END
        + CASE WHEN d.primary_same_name_out IS NULL THEN 0 ELSE 1 END
        + CASE WHEN d.primary_pass_through IS NULL THEN 0 ELSE 1 END AS primary_kinds,
        -- One sign against is enough; none of those that are known is none.
        CASE
          WHEN d.primary_same_name_out OR d.primary_pass_through THEN TRUE
          ELSE COALESCE(d.primary_same_name_out, d.primary_pass_through)
        END AS against
      FROM (
        SELECT
          b.customer_id,
          b.inflow_fen,
          b.outflow_fen,
          b.other_bank_assets_fen AS elsewhere_fen,
          b.other_bank_assets_fen > 0 AND b.other_bank_assets_fen >= :primary.elsewhere_ratio * a.aum_fen AS assets_elsewhere,
          b.demand_averaged,
          b.demand_part_fen,
          b.demand_of_fen,
          CASE WHEN b.demand_of_fen > 0 THEN 1e0 * b.demand_part_fen / NULLIF(b.demand_of_fen, 0) END AS demand_share,
          1e0 * COALESCE(b.demand_avg_month_fen, b.demand_spot_fen) / NULLIF(b.outflow_fen, 0) AS demand_cover,
          b.payroll_steady AS primary_payroll,
          CASE WHEN b.txn_count_least >= :primary.active_txns THEN TRUE ELSE b.txn_count >= :primary.active_txns END AS primary_active,
          b.has_autopay AS primary_autopay,
          b.has_mobile_bank AS primary_mobile,
          b.demand_of_fen > 0 AND b.demand_part_fen >= :primary.demand_share * b.demand_of_fen AS primary_demand,
          b.same_name_out AS primary_same_name_out,
          -- Called so by the bank, or by what is left of what went out; either tells.
          CASE
            WHEN b.pass_through OR (b.outflow_least_fen > 0 AND b.held_fen < :primary.pass_through_ratio * b.outflow_least_fen) THEN TRUE
            ELSE COALESCE(
              b.pass_through,
              b.outflow_fen > 0 AND b.held_fen < :primary.pass_through_ratio * b.outflow_fen
            )
          END AS primary_pass_through
        FROM evidence b
        JOIN aum a ON a.customer_id = b.customer_id
      ) d
    ) e
  ) p
) g
