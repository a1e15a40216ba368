using ClaimsTransfer.Defaults.Storage;

namespace ClaimsTransfer.OperationsConsole;

/// <summary>
/// The console's own schema: dead letters with each of their failures, replays with the set they froze, and the audit log. Bodies stand apart, so that lists and groups
/// read small rows.
/// </summary>
internal static class ConsoleSchema
{
    public const string Name = "console";

    /// <summary>Seconds that one statement over a whole set may take: a hundred thousand letters are moved at once.</summary>
    public const int WholeSetTimeout = 600;

    /// <summary>A message that could not be handled, once, however often it failed.</summary>
    public static readonly Table Letters = new("console.letters", ["letter_id"],
    [
        new("letter_id", ColumnType.Id), new("message_id", ColumnType.Text, Nullable: true), new("queue", ColumnType.Text), new("name", ColumnType.Text),
        new("claim_id", ColumnType.Id, Nullable: true), new("municipality", ColumnType.Text), new("vendor", ColumnType.Text), new("agency", ColumnType.Text),
        new("fee_id", ColumnType.Integer, Nullable: true), new("version", ColumnType.Integer, Nullable: true), new("amount_ore", ColumnType.Integer, Nullable: true),
        new("fingerprint", ColumnType.Text), new("cause_type", ColumnType.Text), new("cause_text", ColumnType.LongText), new("first_failed_at", ColumnType.Integer),
        new("last_failed_at", ColumnType.Integer), new("attempts", ColumnType.Integer), new("status", ColumnType.Text), new("outcome", ColumnType.Text, Nullable: true),
        new("outcome_at", ColumnType.Integer, Nullable: true), new("replay_id", ColumnType.Id, Nullable: true), new("trace_parent", ColumnType.Text, Nullable: true),
        new("row_version", ColumnType.Integer), new("sender", ColumnType.Text, Nullable: true), new("kept_bytes", ColumnType.Integer),
    ]);

    /// <summary>Local accounts stand beside the audit log, so that a change of one and its entry are one transaction on every engine.</summary>
    public static readonly Table Accounts = new("console.accounts", ["user_name"],
    [
        new("user_name", ColumnType.Text), new("display_name", ColumnType.Text), new("role", ColumnType.Text), new("municipalities", ColumnType.LongText),
        new("password", ColumnType.LongText), new("stamp", ColumnType.Text), new("disabled", ColumnType.Flag), new("created_at", ColumnType.Integer),
        new("changed_at", ColumnType.Integer), new("row_version", ColumnType.Integer),
    ]);

    public static readonly Table SignInAttempts = new("console.sign_in_attempts", ["attempt_key"],
    [
        new("attempt_key", ColumnType.Text), new("failures", ColumnType.Integer), new("locked_until_at", ColumnType.Integer, Nullable: true),
        new("last_at", ColumnType.Integer), new("row_version", ColumnType.Integer),
    ]);

    public static readonly Table Failures = new("console.failures", ["failure_id"],
    [
        new("failure_id", ColumnType.Id), new("letter_id", ColumnType.Id), new("failed_at", ColumnType.Integer), new("collected_at", ColumnType.Integer),
        new("dead_letter_queue", ColumnType.Text), new("fingerprint", ColumnType.Text), new("cause_type", ColumnType.Text), new("cause_text", ColumnType.LongText),
        new("deliveries", ColumnType.Integer),
    ]);

    /// <summary>What all letters of a fingerprint have in common.</summary>
    public static readonly Table Causes = new("console.causes", ["fingerprint"],
        [new("fingerprint", ColumnType.Text), new("cause_type", ColumnType.Text), new("cause_text", ColumnType.LongText)]);

    /// <summary>Body and headers, sealed.</summary>
    public static readonly Table Bodies = new("console.bodies", ["letter_id"],
        [new("letter_id", ColumnType.Id), new("body", ColumnType.LongText), new("headers", ColumnType.LongText, Nullable: true)]);

    public static readonly Table Replays = new("console.replays", ["replay_id"],
    [
        new("replay_id", ColumnType.Id), new("status", ColumnType.Text), new("stage", ColumnType.Integer), new("municipality", ColumnType.Text), new("created_at", ColumnType.Integer),
        new("created_by", ColumnType.Text), new("reason", ColumnType.LongText), new("filter", ColumnType.LongText), new("total", ColumnType.Integer),
        new("total_ore", ColumnType.Integer), new("rate_per_second", ColumnType.Integer), new("most_failed_percent", ColumnType.Integer),
        new("approved_by", ColumnType.Text, Nullable: true), new("started_at", ColumnType.Integer, Nullable: true), new("ended_at", ColumnType.Integer, Nullable: true),
        new("remark", ColumnType.LongText, Nullable: true), new("correction_id", ColumnType.Id, Nullable: true), new("lease_until", ColumnType.Integer),
        new("row_version", ColumnType.Integer), new("known_before", ColumnType.Integer), new("failed_before", ColumnType.Integer), new("asked_by", ColumnType.Text, Nullable: true),
    ]);

    /// <summary>
    /// The frozen set. <c>open_letter</c> is the letter while its attempt is open, and unique: one open attempt per message, whoever starts another. <c>watched_letter</c> is where
    /// a failure of what was sent would be collected: the letter itself, or that of its correction.
    /// </summary>
    public static readonly Table Items = new("console.replay_items", ["replay_id", "position"],
    [
        new("replay_id", ColumnType.Id), new("position", ColumnType.Integer), new("letter_id", ColumnType.Id), new("watched_letter", ColumnType.Id),
        new("open_letter", ColumnType.Id, Nullable: true), new("state", ColumnType.Text), new("forecast", ColumnType.Text, Nullable: true),
        new("forecast_note", ColumnType.LongText, Nullable: true), new("sent_at", ColumnType.Integer, Nullable: true), new("outcome", ColumnType.Text, Nullable: true),
        new("outcome_detail", ColumnType.LongText, Nullable: true), new("outcome_at", ColumnType.Integer, Nullable: true), new("look_at", ColumnType.Integer, Nullable: true),
    ]);

    /// <summary>An edit: what was changed, beside the untouched original. Sealed, as the original is.</summary>
    public static readonly Table Corrections = new("console.corrections", ["correction_id"],
    [
        new("correction_id", ColumnType.Id), new("letter_id", ColumnType.Id), new("replay_id", ColumnType.Id), new("message_id", ColumnType.Id), new("created_at", ColumnType.Integer),
        new("created_by", ColumnType.Text), new("changes", ColumnType.LongText), new("body", ColumnType.LongText),
    ]);

    public static readonly Table Audit = new("console.audit", ["sequence"],
    [
        new("sequence", ColumnType.Integer), new("recorded_at", ColumnType.Integer), new("who", ColumnType.Text), new("role", ColumnType.Text), new("action", ColumnType.Text),
        new("subject", ColumnType.Text), new("municipality", ColumnType.Text), new("why", ColumnType.LongText), new("what", ColumnType.LongText, Nullable: true),
        new("outcome", ColumnType.Text), new("previous_hash", ColumnType.Text), new("hash", ColumnType.Text),
    ]);

    /// <summary>One row: where the chain ends.</summary>
    public static readonly Table AuditHead = new("console.audit_head", ["id"],
        [new("id", ColumnType.Integer), new("sequence", ColumnType.Integer), new("hash", ColumnType.Text), new("seal", ColumnType.Text)]);

    /// <summary>A row a municipality: how its last night of erasing went.</summary>
    public static readonly Table Erasures = new("console.erasures", ["municipality"],
    [
        new("municipality", ColumnType.Text), new("night", ColumnType.Text), new("tried_at", ColumnType.Integer), new("claims", ColumnType.Integer), new("kept", ColumnType.Integer),
        new("failure", ColumnType.LongText, Nullable: true), new("failed_since_at", ColumnType.Integer, Nullable: true),
    ]);

    public static readonly IReadOnlyList<Migration> Migrations =
    [
        new(1, "Keep every message that could not be handled, with each of its failures",
        [
            """
            CREATE TABLE console.letters (
              letter_id       {id}       NOT NULL PRIMARY KEY,
              message_id      {text}     NULL,
              queue           {text}     NOT NULL,
              name            {text}     NOT NULL,
              claim_id        {id}       NULL,
              municipality    {text}     NOT NULL,
              vendor          {text}     NOT NULL,
              agency          {text}     NOT NULL,
              fee_id          {integer}  NULL,
              version         {integer}  NULL,
              amount_ore      {integer}  NULL,
              fingerprint     {code}     NOT NULL,
              cause_type      {text}     NOT NULL,
              cause_text      {longtext} NOT NULL,
              first_failed_at {integer}  NOT NULL,
              last_failed_at  {integer}  NOT NULL,
              attempts        {integer}  NOT NULL,
              status          {code}     NOT NULL,
              outcome         {text}     NULL,
              outcome_at      {integer}  NULL,
              replay_id       {id}       NULL,
              trace_parent    {text}     NULL,
              row_version     {integer}  NOT NULL
            )
            """,
            // Everything that groups are counted by, so that a hundred thousand letters are grouped from the index alone.
            "CREATE INDEX letters_grouped ON console.letters (status, fingerprint, municipality, vendor, name, last_failed_at, first_failed_at, amount_ore)",
            "CREATE INDEX letters_newest ON console.letters (status, last_failed_at, letter_id)",
            "CREATE INDEX letters_of_cause ON console.letters (fingerprint, status, last_failed_at, letter_id)",
            "CREATE INDEX letters_of_claim ON console.letters (claim_id)",
            "CREATE INDEX letters_of_fee ON console.letters (fee_id)",
            "CREATE INDEX letters_of_message ON console.letters (message_id)",
            """
            CREATE TABLE console.failures (
              failure_id        {id}       NOT NULL PRIMARY KEY,
              letter_id         {id}       NOT NULL,
              failed_at         {integer}  NOT NULL,
              collected_at      {integer}  NOT NULL,
              dead_letter_queue {text}     NOT NULL,
              fingerprint       {text}     NOT NULL,
              cause_type        {text}     NOT NULL,
              cause_text        {longtext} NOT NULL,
              deliveries        {integer}  NOT NULL
            )
            """,
            "CREATE INDEX failures_of_letter ON console.failures (letter_id, failed_at)",
            """
            CREATE TABLE console.bodies (
              letter_id {id}       NOT NULL PRIMARY KEY,
              body      {longtext} NOT NULL,
              headers   {longtext} NULL
            )
            """,
        ]),
        new(2, "Replay frozen sets, one open attempt a message",
        [
            """
            CREATE TABLE console.replays (
              replay_id           {id}       NOT NULL PRIMARY KEY,
              status              {text}     NOT NULL,
              stage               {integer}  NOT NULL,
              municipality        {text}     NOT NULL,
              created_at          {integer}  NOT NULL,
              created_by          {text}     NOT NULL,
              reason              {longtext} NOT NULL,
              filter              {longtext} NOT NULL,
              total               {integer}  NOT NULL,
              total_ore           {integer}  NOT NULL,
              rate_per_second     {integer}  NOT NULL,
              most_failed_percent {integer}  NOT NULL,
              approved_by         {text}     NULL,
              started_at          {integer}  NULL,
              ended_at            {integer}  NULL,
              remark              {longtext} NULL,
              correction_id       {id}       NULL,
              lease_until         {integer}  NOT NULL,
              row_version         {integer}  NOT NULL
            )
            """,
            "CREATE INDEX replays_newest ON console.replays (created_at, replay_id)",
            "CREATE INDEX replays_by_status ON console.replays (status, lease_until)",
            """
            CREATE TABLE console.replay_items (
              replay_id      {id}       NOT NULL,
              position       {integer}  NOT NULL,
              letter_id      {id}       NOT NULL,
              watched_letter {id}       NOT NULL,
              open_letter    {id}       NULL,
              state          {text}     NOT NULL,
              forecast       {text}     NULL,
              forecast_note  {longtext} NULL,
              sent_at        {integer}  NULL,
              outcome        {text}     NULL,
              outcome_detail {longtext} NULL,
              outcome_at     {integer}  NULL,
              look_at        {integer}  NULL,
              PRIMARY KEY (replay_id, position)
            )
            """,
            "CREATE UNIQUE INDEX items_open ON console.replay_items (open_letter) WHERE open_letter IS NOT NULL",
            "CREATE INDEX items_watched ON console.replay_items (watched_letter)",
            "CREATE INDEX items_of_letter ON console.replay_items (letter_id)",
            "CREATE INDEX items_to_do ON console.replay_items (replay_id, state, outcome, position)",
            "CREATE INDEX items_to_look_at ON console.replay_items (look_at) WHERE look_at IS NOT NULL",
            """
            CREATE TABLE console.corrections (
              correction_id {id}       NOT NULL PRIMARY KEY,
              letter_id     {id}       NOT NULL,
              replay_id     {id}       NOT NULL,
              message_id    {id}       NOT NULL,
              created_at    {integer}  NOT NULL,
              created_by    {text}     NOT NULL,
              changes       {longtext} NOT NULL,
              body          {longtext} NOT NULL
            )
            """,
            "CREATE INDEX corrections_of_letter ON console.corrections (letter_id)",
        ]),
        new(3, "Chain every action to the one before it",
        [
            """
            CREATE TABLE console.audit (
              sequence      {integer}  NOT NULL PRIMARY KEY,
              recorded_at   {integer}  NOT NULL,
              who           {text}     NOT NULL,
              role          {text}     NOT NULL,
              action        {text}     NOT NULL,
              subject       {text}     NOT NULL,
              municipality  {text}     NOT NULL,
              why           {longtext} NOT NULL,
              what          {longtext} NULL,
              outcome       {text}     NOT NULL,
              previous_hash {text}     NOT NULL,
              hash          {text}     NOT NULL
            )
            """,
            "CREATE INDEX audit_of_subject ON console.audit (subject, sequence)",
            """
            CREATE TABLE console.audit_head (
              id       {integer} NOT NULL PRIMARY KEY,
              sequence {integer} NOT NULL,
              hash     {text}    NOT NULL,
              seal     {text}    NOT NULL
            )
            """,
        ]),
        new(4, "Count from where a person went on after a stop, and take what is next of a large replay from an index",
        [
            "ALTER TABLE console.replays ADD known_before {integer} DEFAULT 0 NOT NULL",
            "ALTER TABLE console.replays ADD failed_before {integer} DEFAULT 0 NOT NULL",
            "CREATE INDEX items_in_turn ON console.replay_items (replay_id, state, position)",
            "CREATE INDEX items_to_forecast ON console.replay_items (replay_id, position) WHERE forecast IS NULL",
            "CREATE INDEX items_being_sent ON console.replay_items (replay_id) WHERE state = 'Sending'",
        ]),
        new(5, "Say of each cause once what it is",
        [
            """
            CREATE TABLE console.causes (
              fingerprint {text}     NOT NULL PRIMARY KEY,
              cause_type  {text}     NOT NULL,
              cause_text  {longtext} NOT NULL
            )
            """,
        ]),
        new(6, "Keep who sent a message, who is still its sender when it is replayed", ["ALTER TABLE console.letters ADD sender {text} NULL"]),
        new(7, "Keep which signed-in person stands for a replay that another has to approve", ["ALTER TABLE console.replays ADD asked_by {text} NULL"]),
        new(8, "Take those that people asked for in a session as theirs", ["UPDATE console.replays SET asked_by = created_by WHERE created_by NOT LIKE '%(command line)'"]),
        new(9, "Keep accounts beside the audit log, and count wrong passwords by name and address",
        [
            """
            CREATE TABLE console.accounts (
              user_name      {text}     NOT NULL PRIMARY KEY,
              display_name   {text}     NOT NULL,
              role           {text}     NOT NULL,
              municipalities {longtext} NOT NULL,
              password       {longtext} NOT NULL,
              stamp          {text}     NOT NULL,
              disabled       {flag}     NOT NULL,
              created_at     {integer}  NOT NULL,
              changed_at     {integer}  NOT NULL,
              row_version    {integer}  NOT NULL
            )
            """,
            """
            CREATE TABLE console.sign_in_attempts (
              attempt_key     {text}    NOT NULL PRIMARY KEY,
              failures        {integer} NOT NULL,
              locked_until_at {integer} NULL,
              last_at         {integer} NOT NULL,
              row_version     {integer} NOT NULL
            )
            """,
            "CREATE INDEX attempts_by_age ON console.sign_in_attempts (last_at)",
        ]),
        new(10, "Keep how each municipality's last night of erasing went",
        [
            """
            CREATE TABLE console.erasures (
              municipality    {text}     NOT NULL PRIMARY KEY,
              night           {text}     NOT NULL,
              tried_at        {integer}  NOT NULL,
              claims          {integer}  NOT NULL,
              kept            {integer}  NOT NULL,
              failure         {longtext} NULL,
              failed_since_at {integer}  NULL
            )
            """,
        ]),
        new(11, "Weigh what is kept of each queue's messages; those of before are taken for messages of ordinary size",
        [
            "ALTER TABLE console.letters ADD kept_bytes {integer} DEFAULT 0 NOT NULL",
            "UPDATE console.letters SET kept_bytes = 2000 + 2000 * attempts",
            "CREATE INDEX letters_weighed ON console.letters (queue, kept_bytes, attempts)",
        ]),
    ];
}
