-- What the words of the bank's systems mean: of each kind the first rule of which a word is found anywhere in what was said, whether large or small letters; a word behind = must be all of it.
SELECT r.kind, r.said, MIN(r.code) AS code
FROM (
  SELECT s.kind, s.said, t.code, t.rule, MIN(t.rule) OVER (PARTITION BY s.kind, s.said) AS first_rule
  FROM (
    SELECT DISTINCT 'way' AS kind, contact_type AS said FROM contact
    UNION ALL
    SELECT DISTINCT 'outcome' AS kind, contact_result AS said FROM contact
    UNION ALL
    SELECT DISTINCT 'objection' AS kind, objection AS said FROM contact
    UNION ALL
    SELECT DISTINCT 'step' AS kind, stage AS said FROM contact
    UNION ALL
    SELECT DISTINCT 'family' AS kind, deal_product AS said FROM sale
    UNION ALL
    SELECT DISTINCT 'family' AS kind, product_name AS said FROM account
    UNION ALL
    SELECT DISTINCT 'source' AS kind, sale_source AS said FROM sale
    UNION ALL
    SELECT DISTINCT 'status' AS kind, staff_status AS said FROM staff
    UNION ALL
    SELECT DISTINCT 'sector' AS kind, occupation AS said FROM customer
    UNION ALL
    SELECT DISTINCT 'pay' AS kind, summary AS said FROM txn
    UNION ALL
    SELECT DISTINCT 'posting' AS kind, COALESCE(summary, '') || ' ' || COALESCE(txn_type, '') || ' ' || COALESCE(channel, '') AS said
    FROM txn
    WHERE is_active_txn IS NULL AND is_interest IS NULL
    UNION ALL
    SELECT DISTINCT 'purpose' AS kind, COALESCE(summary, '') || ' ' || COALESCE(txn_type, '') || ' ' || COALESCE(channel, '') AS said
    FROM txn
    WHERE txn_date > :flows_since AND txn_date <= :as_of
  ) s
  JOIN terms t ON t.kind = s.kind
    AND CASE WHEN t.is_whole THEN LOWER(TRIM(s.said)) = t.word ELSE INSTR(LOWER(s.said), t.word) > 0 END
) r
WHERE r.rule = r.first_rule
GROUP BY r.kind, r.said
