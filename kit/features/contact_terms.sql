-- What the words of the logs mean: how a customer was contacted, with which result and objection, at which step, what he bought and where the sale came from.
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
    SELECT DISTINCT 'source' AS kind, sale_source AS said FROM sale
  ) s
  JOIN terms t ON t.kind = s.kind AND s.said LIKE '%' || t.word || '%'
) r
WHERE r.rule = r.first_rule
GROUP BY r.kind, r.said
