-- Names are found whatever kind of apostrophe, stroke or dot their keys were made of (`Oʻzbek`, `O'zbek`): the sweep over all
-- accounts begins again, and makes their keys anew.
--
-- Expand only: the version before finds by its own key whoever it has indexed, until the sweep is over.

UPDATE registration.candidate_keys_sweep SET behind = '00000000-0000-0000-0000-000000000000', is_done = false;
