-- One row a customer: everything that the chapters and the contact plan need to know.
-- needs
--   household_id: customer.household_id
--   hobby: customer.hobby
--   channel_pref: customer.channel_pref
--   occupation: customer.occupation
--   birth_date: customer.birth_date
--   open_date: customer.open_date
--   do_not_call: customer.do_not_call
SELECT
  c.customer_id,
  c.branch_id,
  o.owner_id AS staff_id,
  o.owner_role,
  o.owners,
  o.owner_listed,
  o.orphan,
  o.orphan_cause,
  c.household_id,
  l.allocation_rule,
  l.rule_staff_id,
  l.assisting_id,
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
  i.demand_averaged,
  i.demand_part_fen,
  i.demand_of_fen,
  i.demand_cover,
  i.inflow_fen,
  i.outflow_fen,
  i.elsewhere_fen,
  i.assets_elsewhere,
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
  i.primary_kinds,
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
  r.log_since,
  r.reasons_stated,
  r.reminders,
  r.familiar,
  t.last_touch_date,
  t.hung_up,
  t.asked_date,
  t.intent,
  t.attempts,
  t.successes,
  t.owner_since,
  z.movement_fen,
  m.next_maturity_date,
  m.maturing_fen,
  m.passed_fen,
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
  j.step_texted,
  j.step_invited,
  j.step_met,
  j.step_proposed,
  j.step_closed,
  j.step_followed,
  j.step_referred,
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
  q.factor_assets,
  q.factor_contribution,
  q.factor_relation,
  q.factor_potential,
  q.service_score,
  q.service_grade
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
JOIN touch t ON t.customer_id = c.customer_id
JOIN movement z ON z.customer_id = c.customer_id
JOIN maturity m ON m.customer_id = c.customer_id
JOIN deposits d ON d.customer_id = c.customer_id
JOIN balance_sheet b ON b.customer_id = c.customer_id
JOIN suitability u ON u.customer_id = c.customer_id
JOIN account_class k ON k.customer_id = c.customer_id
JOIN person w ON w.customer_id = c.customer_id
JOIN segment g ON g.customer_id = c.customer_id
JOIN services v ON v.customer_id = c.customer_id
JOIN stage e ON e.customer_id = c.customer_id
JOIN journey j ON j.customer_id = c.customer_id
JOIN grade q ON q.customer_id = c.customer_id
