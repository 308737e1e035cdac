//! What a school calls the columns of its sheets and the kinds of documents, beside our own names for them.

use super::wrong::Wrong;
use crate::model::document::DocumentKind;
use crate::model::organisation::OrganisationLevel;

/// Our name for a column, by what stands in a sheet's first line: one of `ours`, or itself.
pub(crate) fn column(ours: &[&str], words: &[(&'static str, &'static str)], written: &str) -> String {
    sheets::head::known(ours, words, written).map_or_else(|| written.trim().to_owned(), str::to_owned)
}

/// What the column is called in which our corrected files say what is wrong.
pub(super) const REMARKS: [&str; 2] = ["问题", "Problems"];

/// How the last line of our exports begins, which says who took them out. Such a line is none.
pub(super) const SIGNATURES: [&str; 2] = ["导出：", "Taken out by "];

/// What a sheet of sittings may say.
pub(crate) const SITTINGS: [(&str, &str); 22] = [
    ("编号", "id"),
    ("场次", "id"),
    ("场次编号", "id"),
    ("开考时间", "starts_at"),
    ("考试时间", "starts_at"),
    ("开始时间", "starts_at"),
    ("人数", "capacity"),
    ("容量", "capacity"),
    ("名额", "capacity"),
    ("座位数", "capacity"),
    ("名称", "title_zh"),
    ("场次名称", "title_zh"),
    ("英文名称", "title_en"),
    ("考点", "venue_zh"),
    ("地点", "venue_zh"),
    ("英文考点", "venue_en"),
    ("英文地点", "venue_en"),
    ("组", "group"),
    ("费用", "fee"),
    ("报名费", "fee"),
    ("科目", "subject"),
    ("校区", "campus"),
];

/// What a sheet of people may say.
pub(super) const ROSTER: [(&str, &str); 41] = [
    ("school", "school"),
    ("campus", "campus"),
    ("level", "level"),
    ("years", "years"),
    ("grade", "grade"),
    ("department", "department"),
    ("major", "major"),
    ("class", "class"),
    ("note", "note"),
    ("entry year", "entry_year"),
    ("ID number", "document_number"),
    ("ID no.", "document_number"),
    ("居民身份证号码", "document_number"),
    ("ID type", "document_kind"),
    ("full name", "name"),
    ("考生姓名", "name"),
    ("所在学校", "school"),
    ("student number", "student_number"),
    ("证件类型", "document_kind"),
    ("证件种类", "document_kind"),
    ("证件号码", "document_number"),
    ("证件号", "document_number"),
    ("身份证号", "document_number"),
    ("身份证号码", "document_number"),
    ("姓名", "name"),
    ("可报科目", "subjects"),
    ("科目", "subjects"),
    ("禁报科目", "barred"),
    ("学校", "school"),
    ("校区", "campus"),
    ("学历层次", "level"),
    ("层次", "level"),
    ("学制", "years"),
    ("入学年份", "entry_year"),
    ("年级", "grade"),
    ("院系", "department"),
    ("学院", "department"),
    ("专业", "major"),
    ("班级", "class"),
    ("学号", "student_number"),
    ("备注", "note"),
];

/// What a sheet of results may say.
pub(super) const PAST_SCORES: [(&str, &str); 20] = [
    ("ID number", "document_number"),
    ("ID no.", "document_number"),
    ("居民身份证号码", "document_number"),
    ("ID type", "document_kind"),
    ("full name", "name"),
    ("考生姓名", "name"),
    ("原准考证号", "ticket_number"),
    ("总分", "score"),
    ("准考证号", "ticket_number"),
    ("准考证号码", "ticket_number"),
    ("证件类型", "document_kind"),
    ("证件号码", "document_number"),
    ("证件号", "document_number"),
    ("身份证号", "document_number"),
    ("姓名", "name"),
    ("科目", "subject"),
    ("年份", "year"),
    ("年度", "year"),
    ("成绩", "score"),
    ("分数", "score"),
];

/// What a sheet of organisations may say.
pub(super) const ORGANISATIONS: [(&str, &str); 19] = [
    ("代码", "code"),
    ("单位代码", "code"),
    ("学校代码", "code"),
    ("级别", "level"),
    ("层级", "level"),
    ("上级", "parent"),
    ("上级代码", "parent"),
    ("名称", "name_zh"),
    ("单位名称", "name_zh"),
    ("学校名称", "name_zh"),
    ("英文名称", "name_en"),
    ("须知", "notice_zh"),
    ("英文须知", "notice_en"),
    ("可选外校考点", "allows_elsewhere"),
    ("开放时间", "opens_at"),
    ("报名开始", "opens_at"),
    ("截止时间", "closes_at"),
    ("报名截止", "closes_at"),
    ("报名结束", "closes_at"),
];

/// What the levels of organisations are called.
const LEVELS: [(&str, OrganisationLevel); 6] = [
    ("省", OrganisationLevel::Province),
    ("省份", OrganisationLevel::Province),
    ("省级", OrganisationLevel::Province),
    ("学校", OrganisationLevel::School),
    ("院校", OrganisationLevel::School),
    ("校区", OrganisationLevel::Campus),
];

/// A level by our name or by what it is called.
pub(crate) fn level(cell: &str) -> Result<OrganisationLevel, Wrong> {
    let known = LEVELS.iter().find(|(name, _)| *name == cell).map(|(_, level)| *level);
    let ours = || OrganisationLevel::ALL.into_iter().find(|level| level.as_str() == cell.to_ascii_lowercase());
    known.or_else(ours).ok_or(Wrong::Level)
}

/// What the kinds of documents are called.
const KINDS: [(&str, DocumentKind); 29] = [
    ("第二代居民身份证", DocumentKind::ResidentId),
    ("大陆居民身份证", DocumentKind::ResidentId),
    ("中国居民身份证", DocumentKind::ResidentId),
    ("港澳居民居住证", DocumentKind::ResidentId),
    ("台湾居民居住证", DocumentKind::ResidentId),
    ("港澳台居住证", DocumentKind::ResidentId),
    ("台湾居民来往内地通行证", DocumentKind::TaiwanPermit),
    ("中国护照", DocumentKind::Passport),
    ("居民身份证", DocumentKind::ResidentId),
    ("中华人民共和国居民身份证", DocumentKind::ResidentId),
    ("身份证", DocumentKind::ResidentId),
    ("二代身份证", DocumentKind::ResidentId),
    ("港澳台居民居住证", DocumentKind::ResidentId),
    ("居住证", DocumentKind::ResidentId),
    ("港澳居民来往内地通行证", DocumentKind::HkMacauPermit),
    ("港澳通行证", DocumentKind::HkMacauPermit),
    ("回乡证", DocumentKind::HkMacauPermit),
    ("台湾居民来往大陆通行证", DocumentKind::TaiwanPermit),
    ("台湾通行证", DocumentKind::TaiwanPermit),
    ("台胞证", DocumentKind::TaiwanPermit),
    ("护照", DocumentKind::Passport),
    ("外国护照", DocumentKind::Passport),
    ("香港身份证", DocumentKind::HongKongId),
    ("香港居民身份证", DocumentKind::HongKongId),
    ("香港永久性居民身份证", DocumentKind::HongKongId),
    ("澳门身份证", DocumentKind::MacauId),
    ("澳门居民身份证", DocumentKind::MacauId),
    ("外国人永久居留身份证", DocumentKind::ForeignResidentId),
    ("永久居留身份证", DocumentKind::ForeignResidentId),
];

/// A kind by our name or by what it is called.
pub(super) fn kind(cell: &str) -> Result<DocumentKind, Wrong> {
    // `台湾居民来往大陆通行证（台胞证）`
    let called: String = cell.chars().filter(|c| !c.is_whitespace()).collect();
    let called = called.split(['(', '（']).next().unwrap_or_default().to_owned();
    let known = KINDS.iter().find(|(name, _)| *name == called).map(|(_, kind)| *kind);
    let ours = || called.to_ascii_lowercase().parse().map_err(|_| Wrong::Kind { kind: cell.to_owned() });
    known.map_or_else(ours, Ok)
}
