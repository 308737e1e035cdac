//! The form by which the bill of a day is brought as a file.

use jiff::civil::Date;
use maud::{Markup, html};
use pagekit::words::Words;
use registration::model::payment::Method;

use crate::finance::parts::select;
use crate::finance::words;

/// The form: of which day and channel, unless the page says that, and the file.
pub(crate) fn form(w: Words, channels: &[Method], day: Option<Date>) -> Markup {
    let options = || channels.iter().map(|channel| (channel.to_string(), words::method(w, *channel)));
    html! {
        details class="refuse" {
            summary class="button second" { (w.t("bill-import")) }
            form class="fields" method="post" action="/finance/import" enctype="multipart/form-data" {
                p class="hint" { (w.t("bill-import-how")) }
                @match (channels, day) {
                    ([only], Some(day)) => {
                        input type="hidden" name="channel" value=(only);
                        input type="hidden" name="day" value=(day);
                    }
                    _ => {
                        (select("channel", &w.t("money-method"), None, "", options()))
                        div {
                            label for="import-day" { (w.t("bill-day")) }
                            input id="import-day" name="day" type="date" required;
                        }
                    }
                }
                div {
                    label for="bill" { (w.t("bill-file")) }
                    input id="bill" name="file" type="file" required accept=".zip,.csv,.gz,.txt";
                }
                button class="button" type="submit" { (w.t("bill-import-submit")) }
            }
        }
    }
}
