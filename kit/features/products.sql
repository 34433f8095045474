-- Product families held, counted from balances where there are any, else as the bank counts them (R9, R44).
-- needs
--   product_count: customer_month.product_count or customer_month.wmp_spot_fen or customer_month.fund_spot_fen or customer_month.insurance_spot_fen or customer_month.time_spot_fen
--   holds_demand: customer_month.demand_spot_fen
--   holds_time: customer_month.time_spot_fen or customer_month.cd_spot_fen
--   holds_structured: customer_month.structured_spot_fen
--   holds_wmp: customer_month.wmp_spot_fen
--   holds_fund: customer_month.fund_spot_fen
--   holds_insurance: customer_month.insurance_spot_fen
--   holds_bond: customer_month.bond_spot_fen
--   holds_gold: customer_month.gold_spot_fen
--   holds_custody: customer_month.custody_spot_fen
--   holds_loan: customer_month.loan_spot_fen
--   holds_card: customer_month.credit_card
SELECT
  f.customer_id,
  f.holds_demand,
  f.holds_time,
  f.holds_structured,
  f.holds_wmp,
  f.holds_fund,
  f.holds_insurance,
  f.holds_bond,
  f.holds_gold,
  f.holds_custody,
  f.holds_loan,
  f.holds_card,
  CASE
    WHEN :families_known THEN
      CASE WHEN f.holds_demand THEN 1 ELSE 0 END + CASE WHEN f.holds_time THEN 1 ELSE 0 END
      + CASE WHEN f.holds_structured THEN 1 ELSE 0 END + CASE WHEN f.holds_wmp THEN 1 ELSE 0 END
      + CASE WHEN f.holds_fund THEN 1 ELSE 0 END + CASE WHEN f.holds_insurance THEN 1 ELSE 0 END
      + CASE WHEN f.holds_bond THEN 1 ELSE 0 END + CASE WHEN f.holds_gold THEN 1 ELSE 0 END
      + CASE WHEN f.holds_custody THEN 1 ELSE 0 END + CASE WHEN f.holds_loan THEN 1 ELSE 0 END
      + CASE WHEN f.holds_card THEN 1 ELSE 0 END
    ELSE f.product_count_given
  END AS product_count
FROM (
  SELECT
    c.customer_id,
    m.product_count AS product_count_given,
    COALESCE(m.demand_spot_fen > 0, FALSE) AS holds_demand,
    COALESCE(m.time_spot_fen > 0, FALSE) OR COALESCE(m.cd_spot_fen > 0, FALSE) AS holds_time,
    COALESCE(m.structured_spot_fen > 0, FALSE) AS holds_structured,
    COALESCE(m.wmp_spot_fen > 0, FALSE) AS holds_wmp,
    COALESCE(m.fund_spot_fen > 0, FALSE) AS holds_fund,
    COALESCE(m.insurance_spot_fen > 0, FALSE) AS holds_insurance,
    COALESCE(m.bond_spot_fen > 0, FALSE) AS holds_bond,
    COALESCE(m.gold_spot_fen > 0, FALSE) AS holds_gold,
    COALESCE(m.custody_spot_fen > 0, FALSE) AS holds_custody,
    COALESCE(m.loan_spot_fen > 0, FALSE) AS holds_loan,
    COALESCE(m.credit_card, FALSE) AS holds_card
  FROM customer c
  LEFT JOIN customer_month m ON m.customer_id = c.customer_id AND m.as_of = :month
) f
