-- Each contact as its words are read: the way, what came of it, the objection, the step. One definition of a hang-up (in the result or the objection), of who was reached, and of a success: reached both ways, without an objection.
SELECT
  k.*,
  CASE
    WHEN k.contact_result IS NULL THEN NULL
    WHEN k.hang_up THEN 'hung_up'
    ELSE COALESCE(k.failure, 'connected')  -- what speaks of no failure is what came of talking
  END AS outcome,
  NOT k.hang_up AND k.failure IS NULL AS reached,
  -- Whoever did not answer was reached all the same where an SMS followed.
  (NOT k.hang_up AND k.failure IS NULL) OR COALESCE(k.sms_sent, FALSE) AS touched,
  CASE
    WHEN k.contact_result IS NULL OR k.one_way THEN NULL
    WHEN k.hang_up OR k.failure IS NOT NULL OR k.objection_code IS NOT NULL THEN 0
    ELSE 1
  END AS succeeded
FROM (
  SELECT
    k.*,
    w.code AS way,
    COALESCE(w.code IN ('sms', 'mass'), FALSE) AS one_way,
    r.code AS failure,
    COALESCE(r.code = 'hung_up', FALSE) OR COALESCE(b.code = 'O3', FALSE) AS hang_up,
    CASE WHEN k.objection NOT IN :no_words THEN COALESCE(b.code, 'other') END AS objection_code,
    p.code AS step
  FROM contact k
  LEFT JOIN meanings w ON w.kind = 'way' AND w.said = k.contact_type
  LEFT JOIN meanings r ON r.kind = 'outcome' AND r.said = k.contact_result
  LEFT JOIN meanings b ON b.kind = 'objection' AND b.said = k.objection
  LEFT JOIN meanings p ON p.kind = 'step' AND p.said = k.stage
) k
