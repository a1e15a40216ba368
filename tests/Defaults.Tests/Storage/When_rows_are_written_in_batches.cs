using ClaimsTransfer.Defaults.Messaging;
using ClaimsTransfer.Defaults.Storage;
using ClaimsTransfer.Support;
using Dapper;
using Shouldly;

namespace ClaimsTransfer.Defaults.Tests.Storage;

[TestFixture(Engine.Sqlite)]
[TestFixture(Engine.Postgres)]
[TestFixture(Engine.SqlServer)]
public sealed class When_rows_are_written_in_batches(Engine engine) : StoreFixture(engine)
{
    // 222 rows of nine columns are what one SQL Server statement takes.
    private static readonly int[] BatchEdges = [0, 1, 2, 199, 200, 201, 222, 223, 444, 445, 1_001, 5_000];

    [TestCaseSource(nameof(BatchEdges))]
    public async Task All_are_inserted_with_every_value_as_given(int count)
    {
        await InTransaction(t => Store.InsertAsync(t, Claims, Rows(count), CancellationToken.None));

        var stored = (await AllClaims()).ToDictionary(c => c.Claim_Id);
        stored.Count.ShouldBe(count);
        foreach (var row in Rows(count))
            AsRow(stored[(Guid)row[0]!]).ShouldBe(row);
    }

    [TestCaseSource(nameof(BatchEdges))]
    public async Task Only_those_that_are_new_are_inserted_and_named(int count)
    {
        await InTransaction(t => Store.InsertAsync(t, Claims, [.. Rows(count).Where((_, i) => i % 3 == 0)], CancellationToken.None));

        var inserted = await Store.InTransactionAsync(t => Store.InsertNewAsync(t, Claims, Rows(count, state: "Again"), CancellationToken.None), CancellationToken.None);

        inserted.ShouldBe(Enumerable.Range(0, count).Where(i => i % 3 != 0));
        (await AllClaims()).Count(c => c.State == "Received").ShouldBe((count + 2) / 3);
    }

    [TestCaseSource(nameof(BatchEdges))]
    public async Task Upserts_insert_and_replace(int count)
    {
        await InTransaction(t => Store.UpsertAsync(t, Claims, [.. Rows(count).Where((_, i) => i % 2 == 0)], CancellationToken.None));
        await InTransaction(t => Store.UpsertAsync(t, Claims, Rows(count, version: 9, state: "Sending"), CancellationToken.None));

        var stored = await AllClaims();
        stored.Count.ShouldBe(count);
        stored.ShouldAllBe(c => c.Version == 9 && c.State == "Sending");
    }

    [TestCaseSource(nameof(BatchEdges))]
    public async Task Versions_advance_by_one(int count)
    {
        await InTransaction(t => Store.SaveVersionedAsync(t, Claims, "version", Rows(count), CancellationToken.None));
        object?[][] mixed = [.. Rows(count, version: 2, state: "Sending"), .. Enumerable.Range(count, count).Select(i => Row(i))];
        await InTransaction(t => Store.SaveVersionedAsync(t, Claims, "version", mixed, CancellationToken.None));

        var stored = await AllClaims();
        stored.Count(c => c is { Version: 2, State: "Sending" }).ShouldBe(count);
        stored.Count(c => c is { Version: 1, State: "Received" }).ShouldBe(count);
    }

    [Test]
    public async Task A_key_twice_in_a_batch_of_new_rows_goes_in_once_and_the_first_wins()
    {
        object?[][] rows = [Row(1, state: "First"), Row(2), Row(1, state: "Second"), Row(2), Row(3)];

        var inserted = await Store.InTransactionAsync(t => Store.InsertNewAsync(t, Claims, rows, CancellationToken.None), CancellationToken.None);

        inserted.ShouldBe([0, 1, 4]);
        (await AllClaims()).Single(c => c.Claim_Id == IdOf(1)).State.ShouldBe("First");
    }

    [Test]
    public async Task A_key_twice_in_an_upsert_leaves_the_last()
    {
        await InTransaction(t => Store.UpsertAsync(t, Claims, [Row(1, state: "First"), Row(2), Row(1, state: "Second")], CancellationToken.None));

        (await AllClaims()).Single(c => c.Claim_Id == IdOf(1)).State.ShouldBe("Second");
    }

    [Test]
    public async Task Keys_of_several_columns_are_compared_as_a_whole_and_by_exact_characters()
    {
        object?[][] rows = [["0101", 1L, "a"], ["0101", 2L, "b"], ["0751", 1L, "c"], ["0751x", 1, "d"], ["0751X", 1, "e"]];

        var first = await Store.InTransactionAsync(t => Store.InsertNewAsync(t, Steps, rows[..2], CancellationToken.None), CancellationToken.None);
        var second = await Store.InTransactionAsync(t => Store.InsertNewAsync(t, Steps, rows, CancellationToken.None), CancellationToken.None);

        first.ShouldBe([0, 1]);
        second.ShouldBe([2, 3, 4]);
        (await Count("steps")).ShouldBe(5);
    }

    [Test]
    public async Task A_table_that_is_all_key_takes_upserts_too()
    {
        await InTransaction(t => Store.UpsertAsync(t, Marks, [["a"], ["b"]], CancellationToken.None));
        await InTransaction(t => Store.UpsertAsync(t, Marks, [["b"], ["c"]], CancellationToken.None));

        (await Count("marks")).ShouldBe(3);
    }

    private static IEnumerable<string> FreeTexts =>
    [
        "it's \"quoted\" \\ and 'again'", "line\nbreak\r\nand\ttab", "", " ", "æøå Ærøskøbing", "😀 👩‍👩‍👧 in a name", "{\"json\":\"with \\u0000 escaped\"}", "{a,b}", "%_[x]", "@p0 $1 --", "NULL",
        new string('x', 4_001), string.Concat(Enumerable.Repeat("ø'\"", 20_000)),
    ];

    [TestCaseSource(nameof(FreeTexts))]
    public async Task Free_text_comes_back_as_it_went_in(string text)
    {
        await InTransaction(t => Store.InsertAsync(t, Claims, [Row(1, note: text), Row(2, note: null)], CancellationToken.None));
        await InTransaction(t => Store.UpsertAsync(t, Claims, [Row(2, note: text)], CancellationToken.None));

        (await AllClaims()).ShouldAllBe(c => c.Note == text);
    }

    [Test]
    public async Task A_list_of_any_length_is_one_parameter()
    {
        await InTransaction(t => Store.InsertAsync(t, Claims, Rows(3_000), CancellationToken.None));
        var ids = Enumerable.Range(1_000, 2_500).Select(IdOf).ToArray();
        await using var connection = await Store.OpenAsync(CancellationToken.None);

        (await connection.QueryAsync<Guid>(Store.Sql($"SELECT claim_id FROM routing.claims WHERE {Store.In("claim_id", "ids")}"), new { ids = Store.List(ids) })).Count().ShouldBe(2_000);
        (await connection.QueryAsync<Guid>(Store.Sql($"SELECT claim_id FROM routing.claims WHERE {Store.In("claim_id", "ids")}"), new { ids = Store.List<Guid>([]) })).ShouldBeEmpty();
        (await connection.ExecuteScalarAsync<long>(Store.Sql($"SELECT COUNT(*) FROM routing.claims WHERE {Store.In("amount_ore", "amounts", ColumnType.Integer)}"), new { amounts = Store.List((long[])[7000, 1]) })).ShouldBe(3_000);
    }

    [Test]
    public async Task A_list_of_texts_is_taken_literally()
    {
        string[] marks = ["it's", "a\"b", "back\\slash", "a,b", "{c}", "", "NULL", "Ærø", "case"];
        await InTransaction(t => Store.InsertAsync(t, Marks, [.. marks.Select(m => new object?[] { m })], CancellationToken.None));
        await using var connection = await Store.OpenAsync(CancellationToken.None);

        foreach (var mark in marks)
            (await connection.QueryAsync<string>(Store.Sql($"SELECT mark FROM routing.marks WHERE {Store.In("mark", "marks", ColumnType.Text)}"), new { marks = Store.List((string[])[mark, "CASE"]) })).ShouldBe([mark]);
    }

    [Test]
    public async Task A_select_is_limited_to_the_first_rows()
    {
        await InTransaction(t => Store.InsertAsync(t, Steps, [.. Enumerable.Range(0, 20).Select(i => new object?[] { "0101", i, "x" })], CancellationToken.None));
        await using var connection = await Store.OpenAsync(CancellationToken.None);

        (await connection.QueryAsync<long>(Store.Sql($"SELECT {Store.Top("n")} number FROM routing.steps ORDER BY number {Store.Limit("n")}"), new { n = 3 })).ShouldBe([0L, 1, 2]);
    }

    [Test]
    public async Task Parameters_and_results_have_the_same_types_on_every_engine()
    {
        await InTransaction(t => Store.InsertAsync(t, Claims, Rows(10), CancellationToken.None));
        await using var connection = await Store.OpenAsync(CancellationToken.None);

        var two = await connection.QuerySingleAsync<ClaimRow>(
            Store.Sql("SELECT claim_id, version, state, note, amount_ore, is_minor, other_id, due_at, is_checked FROM routing.claims WHERE claim_id = @id AND is_minor = @minor"), new { id = IdOf(2), minor = true });
        two.Claim_Id.ShouldBe(IdOf(2));
        var sums = await connection.QuerySingleAsync<Sums>(Store.Sql("SELECT COUNT(*) AS count, SUM(amount_ore) AS total_ore, MAX(due_at) AS latest FROM routing.claims"));
        sums.ShouldBe(new Sums(10, 70_000, 1_700_000_000_000));
    }

    [Test]
    public async Task A_value_that_does_not_fit_its_column_is_refused_by_name_and_not_repeated()
    {
        // What a message brought condemns it at once; of another type is a fault of ours.
        foreach (var (column, value, type) in ((int, object?, Type)[])
            [(0, "0f8fad5b", typeof(ArgumentException)), (1, 1.5, typeof(ArgumentException)), (5, 1L, typeof(ArgumentException)), (2, new string('7', 201), typeof(PermanentException)),
                (2, null, typeof(PermanentException)), (3, "a\0b", typeof(PermanentException))])
        {
            var row = Row(1);
            row[column] = value;
            var refusal = await Should.ThrowAsync(() => InTransaction(t => Store.InsertAsync(t, Claims, [row], CancellationToken.None)), type);
            refusal.Message.ShouldStartWith($"routing.claims.{Claims.Columns[column].Name} ");
            refusal.Message.ShouldNotContain("777");
        }
    }

    private static object?[] AsRow(ClaimRow c) => [c.Claim_Id, c.Version, c.State, c.Note, c.Amount_Ore, c.Is_Minor, c.Other_Id, c.Due_At, c.Is_Checked];

    private sealed record Sums(long Count, long Total_Ore, long Latest);
}
