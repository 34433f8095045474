-- Product families held, counted from the balances of those that the bank sends, each of which must be known of him, else as the bank counts them (R9, R44).
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
    WHEN f.families > 1 THEN
      CASE WHEN f.holds_demand THEN 1 WHEN NOT f.holds_demand OR f.demand_known = 0 THEN 0 END
      + CASE WHEN f.holds_time THEN 1 WHEN NOT f.holds_time OR f.time_known = 0 THEN 0 END
      + CASE WHEN f.holds_structured THEN 1 WHEN NOT f.holds_structured OR f.structured_known = 0 THEN 0 END
      + CASE WHEN f.holds_wmp THEN 1 WHEN NOT f.holds_wmp OR f.wmp_known = 0 THEN 0 END
      + CASE WHEN f.holds_fund THEN 1 WHEN NOT f.holds_fund OR f.fund_known = 0 THEN 0 END
      + CASE WHEN f.holds_insurance THEN 1 WHEN NOT f.holds_insurance OR f.insurance_known = 0 THEN 0 END
      + CASE WHEN f.holds_bond THEN 1 WHEN NOT f.holds_bond OR f.bond_known = 0 THEN 0 END
      + CASE WHEN f.holds_gold THEN 1 WHEN NOT f.holds_gold OR f.gold_known = 0 THEN 0 END
      + CASE WHEN f.holds_custody THEN 1 WHEN NOT f.holds_custody OR f.custody_known = 0 THEN 0 END
      + CASE WHEN f.holds_loan THEN 1 WHEN NOT f.holds_loan OR f.loan_known = 0 THEN 0 END
      + CASE WHEN f.holds_card THEN 1 WHEN NOT f.holds_card OR f.card_known = 0 THEN 0 END
    ELSE f.product_count_given
  END AS product_count
FROM (
  SELECT
    c.customer_id,
    m.product_count AS product_count_given,
    m.demand_spot_fen > 0 AS holds_demand,
    -- Certificates are time deposits; where the bank sends them of nobody, they are among these.
    CASE
      WHEN m.time_spot_fen > 0 OR m.cd_spot_fen > 0 THEN TRUE
      WHEN (k.time_known = 0 OR m.time_spot_fen <= 0) AND (k.cd_known = 0 OR m.cd_spot_fen <= 0) AND k.time_known + k.cd_known > 0 THEN FALSE
    END AS holds_time,
    m.structured_spot_fen > 0 AS holds_structured,
    m.wmp_spot_fen > 0 AS holds_wmp,
    m.fund_spot_fen > 0 AS holds_fund,
    m.insurance_spot_fen > 0 AS holds_insurance,
    m.bond_spot_fen > 0 AS holds_bond,
    m.gold_spot_fen > 0 AS holds_gold,
    m.custody_spot_fen > 0 AS holds_custody,
    m.loan_spot_fen > 0 AS holds_loan,
    m.credit_card AS holds_card,
    k.demand_known,
    k.time_known + k.cd_known AS time_known,
    k.structured_known,
    k.wmp_known,
    k.fund_known,
    k.insurance_known,
    k.bond_known,
    k.gold_known,
    k.custody_known,
    k.loan_known,
    k.card_known,
    CASE WHEN k.demand_known > 0 THEN 1 ELSE 0 END
    + CASE WHEN k.time_known > 0 THEN 1 ELSE 0 END
    + CASE WHEN k.cd_known > 0 THEN 1 ELSE 0 END
    + CASE WHEN k.structured_known > 0 THEN 1 ELSE 0 END
    + CASE WHEN k.wmp_known > 0 THEN 1 ELSE 0 END
    + CASE WHEN k.fund_known > 0 THEN 1 ELSE 0 END
    + CASE WHEN k.insurance_known > 0 THEN 1 ELSE 0 END
    + CASE WHEN k.bond_known > 0 THEN 1 ELSE 0 END
    + CASE WHEN k.gold_known > 0 THEN 1 ELSE 0 END
    + CASE WHEN k.custody_known > 0 THEN 1 ELSE 0 END
    + CASE WHEN k.loan_known > 0 THEN 1 ELSE 0 END AS families
  FROM customer c
  CROSS JOIN (
    SELECT
      COUNT(demand_spot_fen) AS demand_known,
      COUNT(time_spot_fen) AS time_known,
      COUNT(cd_spot_fen) AS cd_known,
      COUNT(structured_spot_fen) AS structured_known,
      COUNT(wmp_spot_fen) AS wmp_known,
      COUNT(fund_spot_fen) AS fund_known,
      COUNT(insurance_spot_fen) AS insurance_known,
      COUNT(bond_spot_fen) AS bond_known,
      COUNT(gold_spot_fen) AS gold_known,
      COUNT(custody_spot_fen) AS custody_known,
      COUNT(loan_spot_fen) AS loan_known,
      COUNT(credit_card) AS card_known
    FROM customer_month
    WHERE as_of = :month
  ) k
  LEFT JOIN customer_month m ON m.customer_id = c.customer_id AND m.as_of = :month
) f
