//! Every limit of the platform, in one place.

/// Matters acted on at once.
pub const BULK_MAX: usize = 50;
/// Mediation sessions of one matter.
pub const SESSIONS_MAX: usize = 20;
/// Orders of the hotline in one import.
pub const HOTLINE_ROWS_MAX: usize = 500;
/// Parts of one matter.
pub const PARTS_MAX: usize = 10;
/// Longest title of a matter, in characters.
pub const TITLE_CHARS_MAX: usize = 100;
/// Longest text of a matter or opinion, in characters.
pub const TEXT_CHARS_MAX: usize = 4_000;
/// Longest name of a person, place or organisation, in characters (GB 18030 asks for at least 100).
pub const NAME_CHARS_MAX: usize = 100;
/// Most parties called to one matter, waived and refused ones included.
pub const TASKS_MAX: usize = 32;
/// Most attachments of one matter.
pub const FILES_MAX: usize = 20;
/// Most attachments that a register may allow for one record.
pub const RECORD_FILES_MAX: usize = 100;
/// Largest attachment, in bytes.
pub const FILE_BYTES_MAX: usize = 20 * 1024 * 1024;
/// Most rows of one page of a list.
pub const PAGE_ROWS_MAX: usize = 100;
/// Rows of a page when the caller does not say.
pub const PAGE_ROWS_DEFAULT: usize = 30;
/// Most extensions of one task (kernels.md, rule 7).
pub const EXTENSIONS_MAX: u32 = 2;
/// Longest suspension, in days (kernels.md, rule 7).
pub const SUSPENSION_DAYS_MAX: i64 = 365;
/// Longest code of another system, in characters.
pub const CODE_CHARS_MAX: usize = 60;
/// Most lines of one import of codes.
pub const CODE_ROWS_MAX: usize = 20_000;
/// Most areas of one export of boundaries.
pub const EXPORT_AREAS_MAX: usize = 20_000;
/// Longest period over which loads are compared, in days.
pub const LOAD_DAYS_MAX: i64 = 366;
/// Most boundaries of one import.
pub const BOUNDARY_ROWS_MAX: usize = 5_000;
/// Largest workbook of an import, in bytes.
pub const WORKBOOK_BYTES_MAX: usize = 16 * 1024 * 1024;
/// Most bytes that a workbook may unpack to.
pub const WORKBOOK_UNPACKED_MAX: u64 = 256 * 1024 * 1024;
/// Most rows of a workbook.
pub const WORKBOOK_ROWS_MAX: usize = 200_000;
/// Most columns of a workbook.
pub const WORKBOOK_COLUMNS_MAX: usize = 60;
/// Most rows of one import of addresses or households.
pub const ADDRESS_ROWS_MAX: usize = 150_000;
/// Longest part of an address, in characters.
pub const ADDRESS_PART_CHARS_MAX: usize = 60;
/// How far a corrected address may move, or lie off its unit, before somebody says that this is right.
pub const ADDRESS_MOVE_METRES: f64 = 500.0;
/// How far an address may lie off its unit at most, in metres.
pub const ADDRESS_OFF_METRES_MAX: f64 = 5_000.0;
/// Most areas that one change of the tree makes or joins.
pub const AREA_PARTS_MAX: usize = 100;
/// Farthest day ahead for which a change of the tree is planned, in days.
pub const AREA_PLAN_DAYS_MAX: i64 = 730;
/// Deepest tree of areas.
pub const TREE_DEPTH_MAX: usize = 12;
/// Most commands that one durable transaction carries.
pub const SET_COMMANDS_MAX: usize = 256;
/// Commands that may wait for the committer before callers are told to come back.
pub const QUEUE_COMMANDS_MAX: usize = 4_096;
/// How long an address with too many failed sign-ins has to wait, in minutes.
pub const LOCK_MINUTES: i64 = 15;
/// Shortest password that any installation may allow, in characters.
pub const PASSWORD_CHARS_MIN: usize = 8;
/// Radius in which open matters of the same category are shown before a report is sent, in metres.
pub const NEARBY_METRES: f64 = 300.0;
/// Distance beyond which a place is not matched to the nearest unit any more, in metres.
pub const NEAREST_METRES_MAX: f64 = 20_000.0;
/// Most areas, and most organisations, that a notice is addressed to by name.
pub const NOTICE_TARGETS_MAX: usize = 100;
/// Most matters that a bulletin names.
pub const NOTICE_MATTERS_MAX: usize = 20;
/// How long a notice without a deadline stays open, in days.
pub const NOTICE_OPEN_DAYS: i64 = 30;
/// Furthest deadline of a notice, in days.
pub const NOTICE_DUE_DAYS_MAX: i64 = 366;
/// Time between two urgings of one notice, in hours.
pub const NOTICE_URGE_HOURS: i64 = 4;
/// Longest term of an admitted item, in days.
pub const ADMISSION_DAYS_MAX: i64 = 3 * 366;
/// Most questions of a form that goes out with a notice.
pub const NOTICE_FIELDS_MAX: usize = 30;
/// Most urgings of one notice.
pub const NOTICE_URGES_MAX: u32 = 3;
/// Most assessed parties of one period.
pub const ASSESSED_MAX: usize = 3_000;
/// Longest period of assessment, in days.
pub const ASSESSMENT_DAYS_MAX: i64 = 366;
/// Longest time for applying for a vacant post, and for the publicity of a candidate, in days.
pub const OPENING_DAYS_MAX: i64 = 90;
/// Longest text of an opening, an application, an objection or its answer, in characters.
pub const OPENING_TEXT_CHARS_MAX: usize = 500;
/// Shortest publicity of a candidate, in working days after the first.
pub const PUBLICITY_DAYS_MIN: i64 = 5;
/// How long a decided application and what was said against it are kept, in days.
pub const APPLICATION_KEPT_DAYS: i64 = 30;
/// Longest time for statements and the ballot about them, in days.
pub const REVIEW_DAYS_MAX: i64 = 60;
/// Most appeals of one assessed party in one period.
pub const APPEALS_MAX: usize = 20;
