-- One row a customer: everything that the chapters and the contact plan need to know, with the service grade from assets, products, relation and potential (R55).
-- needs household_id: customer.household_id
-- needs hobby: customer.hobby
-- needs channel_pref: customer.channel_pref
-- needs occupation: customer.occupation
-- needs birth_date: customer.birth_date
-- needs open_date: customer.open_date
-- needs do_not_call: customer.do_not_call
SELECT
  s.*,
  CASE
    WHEN s.service_score >= :a_from THEN 'A'
    WHEN s.service_score >= :b_from THEN 'B'
    WHEN s.service_score >= :c_from THEN 'C'
    ELSE 'D'
  END AS service_grade
FROM (
  SELECT
    c.customer_id,
    c.branch_id,
    o.owner_id AS staff_id,
    o.owner_role,
    o.owners,
    o.orphan,
    o.orphan_cause,
    l.allocation_rule,
    l.rule_staff_id,
    l.assisting_id,
    c.household_id,
    a.aum_fen,
    a.spot_fen,
    a.spot_before_fen,
    a.tier,
    a.tier_rank,
    a.upgrade_gap_fen,
    a.next_tier,
    a.loss_level,
    a.recovered_fen,
    a.at_risk,
    p.product_count,
    p.holds_demand,
    p.holds_time,
    p.holds_structured,
    p.holds_wmp,
    p.holds_fund,
    p.holds_insurance,
    p.holds_bond,
    p.holds_gold,
    p.holds_custody,
    p.holds_loan,
    p.holds_card,
    y.last_active_date,
    y.dormant,
    i.demand_share,
    i.demand_cover,
    i.inflow_fen,
    i.outflow_fen,
    i.elsewhere_fen,
    n.pay_fen,
    n.pay_kept_fen,
    n.pay_daily,
    i.primary_payroll,
    i.primary_active,
    i.primary_autopay,
    i.primary_mobile,
    i.primary_demand,
    i.primary_same_name_out,
    i.primary_pass_through,
    i.primary_elsewhere,
    i.primary_score,
    i.primary_grade,
    h.merchant_like,
    h.merchant_flagged,
    h.merchant_receipts,
    h.merchant_turnover,
    h.turnover_fen,
    x.hidden_flow,
    x.hidden_payroll,
    x.hidden_merchant,
    x.hidden_occupation,
    r.contacts,
    r.last_contact_date,
    r.reasons_stated,
    r.reminders,
    r.intent,
    r.familiar,
    m.next_maturity_date,
    m.maturing_fen,
    d.deposit_spot_fen,
    d.deposit_avg_month_fen,
    d.demand_spot_fen,
    d.time_spot_fen,
    d.cd_spot_fen,
    d.structured_spot_fen,
    b.wmp_spot_fen,
    b.fund_spot_fen,
    b.insurance_spot_fen,
    b.bond_spot_fen,
    b.gold_spot_fen,
    b.custody_spot_fen,
    b.loan_spot_fen,
    b.in_month,
    b.in_account,
    b.in_holding,
    b.in_txn,
    k.class_1_accounts,
    k.class_2_accounts,
    k.class_3_accounts,
    v.services,
    v.salaried,
    v.payroll_fen,
    e.aum_start_fen,
    e.products_start,
    e.assets_target_fen,
    e.stage,
    e.stage_rank,
    e.stage_skipped,
    w.age,
    w.has_children,
    w.occupation_known,
    w.occupation_sector,
    g.segment,
    g.segments_fitting,
    g.segment_bits,
    c.occupation,
    c.hobby,
    c.channel_pref,
    u.income_fen,
    u.risk_rank,
    u.risk_state,
    c.birth_date,
    c.open_date,
    c.do_not_call,
    (
      :weight_assets * COALESCE(a.tier_rank, 0) / NULLIF(1e0 * :top_rank, 0)
      + CASE WHEN :products_known THEN :weight_products * CASE WHEN p.product_count >= 5 THEN 5 ELSE COALESCE(p.product_count, 0) END / 5e0 ELSE 0 END
      + CASE WHEN :relation_known AND r.familiar THEN :weight_relation ELSE 0 END
      + CASE WHEN a.upgrade_gap_fen IS NOT NULL OR h.merchant_like OR (i.primary_grade = 'weak' AND a.tier_rank >= :upper_rank AND :primary_known)
          THEN :weight_potential ELSE 0 END
    ) * 100e0 / (
      :weight_assets + :weight_potential
      + CASE WHEN :products_known THEN :weight_products ELSE 0 END
      + CASE WHEN :relation_known THEN :weight_relation ELSE 0 END
    ) AS service_score
  FROM customer c
  JOIN owner o ON o.customer_id = c.customer_id
  JOIN allocation l ON l.customer_id = c.customer_id
  JOIN aum a ON a.customer_id = c.customer_id
  JOIN products p ON p.customer_id = c.customer_id
  JOIN activity y ON y.customer_id = c.customer_id
  JOIN primary_account i ON i.customer_id = c.customer_id
  JOIN retention n ON n.customer_id = c.customer_id
  JOIN merchant h ON h.customer_id = c.customer_id
  JOIN hidden_value x ON x.customer_id = c.customer_id
  JOIN relation r ON r.customer_id = c.customer_id
  JOIN maturity m ON m.customer_id = c.customer_id
  JOIN deposits d ON d.customer_id = c.customer_id
  JOIN balance_sheet b ON b.customer_id = c.customer_id
  JOIN suitability u ON u.customer_id = c.customer_id
  JOIN account_class k ON k.customer_id = c.customer_id
  JOIN person w ON w.customer_id = c.customer_id
  JOIN segment g ON g.customer_id = c.customer_id
  JOIN services v ON v.customer_id = c.customer_id
  JOIN stage e ON e.customer_id = c.customer_id
) s
