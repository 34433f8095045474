-- Each contact as its words are read: the way, what came of it, the objection, the step. One definition of a hang-up (in the result or the objection), of who was reached, and of a success: reached both ways, without an objection. Of a result that no word explains, or that nobody noted, it is not known whether the customer was reached.
SELECT
  k.*,
  CASE
    WHEN k.hang_up AND k.contact_result IS NOT NULL THEN 'hung_up'
    WHEN k.said = 'refused' THEN 'connected'
    WHEN k.said = 'message' THEN 'no_answer'
    ELSE k.said
  END AS outcome,
  -- Whoever did not answer was reached all the same where an SMS followed; of what nobody noted the plan takes it that he was.
  COALESCE(k.reached OR k.said = 'message', NOT k.hang_up) OR COALESCE(k.sms_sent, FALSE) AS touched,
  CASE
    WHEN k.contact_result IS NULL OR k.one_way OR k.said = 'message' THEN NULL
    WHEN k.hang_up OR k.objection_code IS NOT NULL OR k.said = 'refused' THEN 0
    WHEN k.reached THEN 1
    WHEN NOT k.reached THEN 0
  END AS succeeded
FROM (
  SELECT
    k.*,
    CASE
      WHEN k.hang_up THEN FALSE
      WHEN k.said IN ('connected', 'refused') THEN TRUE
      WHEN k.said IS NOT NULL THEN FALSE
      -- Whoever was met, or said what he objects to, was reached, though nobody noted it as a result.
      WHEN k.contact_result IS NULL AND (k.way = 'visit' OR k.step = 'meet' OR k.objection_code IS NOT NULL) THEN TRUE
    END AS reached
  FROM (
    SELECT
      k.*,
      w.code AS way,
      COALESCE(w.code IN ('sms', 'mass'), FALSE) AS one_way,
      NULLIF(r.code, 'unsaid') AS said,
      COALESCE(r.code = 'hung_up', FALSE) OR COALESCE(b.code = 'O3', FALSE) AS hang_up,
      CASE WHEN k.objection NOT IN :no_words THEN COALESCE(b.code, 'other') END AS objection_code,
      p.code AS step
    FROM contact k
    LEFT JOIN meanings w ON w.kind = 'way' AND w.said = k.contact_type
    LEFT JOIN meanings r ON r.kind = 'outcome' AND r.said = k.contact_result
    LEFT JOIN meanings b ON b.kind = 'objection' AND b.said = k.objection
    LEFT JOIN meanings p ON p.kind = 'step' AND p.said = k.stage
  ) k
) k
