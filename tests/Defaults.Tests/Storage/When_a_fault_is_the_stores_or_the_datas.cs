using ClaimsTransfer.Defaults.Messaging;
using ClaimsTransfer.Defaults.Storage;
using Microsoft.Data.Sqlite;
using Npgsql;
using Shouldly;

namespace ClaimsTransfer.Defaults.Tests.Storage;

/// <summary>Only what the engines' documentation calls an error of the data condemns a message; everything else, the unknown too, waits.</summary>
public sealed class When_a_fault_is_the_stores_or_the_datas
{
    [TestCase("22001", true, Description = "string data right truncation")]
    [TestCase("22003", true, Description = "numeric value out of range")]
    [TestCase("22021", true, Description = "character not in repertoire")]
    [TestCase("23502", true, Description = "not null violation")]
    [TestCase("23505", true, Description = "unique violation")]
    [TestCase("23514", true, Description = "check violation")]
    [TestCase("54000", true, Description = "index row too long")]
    [TestCase("25006", false, Description = "read-only transaction")]
    [TestCase("53100", false, Description = "disk full")]
    [TestCase("53300", false, Description = "too many connections")]
    [TestCase("57P01", false, Description = "admin shutdown")]
    [TestCase("58030", false, Description = "I/O error")]
    [TestCase("XX001", false, Description = "data corrupted")]
    [TestCase("42501", false, Description = "insufficient privilege")]
    [TestCase("42P01", false, Description = "undefined table")]
    [TestCase("40001", false, Description = "serialization failure")]
    [TestCase("99999", false, Description = "unknown")]
    public void On_PostgreSQL_the_class_says_it(string state, bool data)
    {
        PostgresStore.IsAboutTheData(state).ShouldBe(data);
        BatchConsumer.IsTransient(new PostgresException("", "ERROR", "ERROR", state)).ShouldBe(!data);
    }

    [TestCase(547, true)]
    [TestCase(515, true)]
    [TestCase(2627, true)]
    [TestCase(2628, true)]
    [TestCase(8115, true)]
    [TestCase(8152, true)]
    [TestCase(13609, true)]
    [TestCase(3906, false, Description = "database is read-only")]
    [TestCase(9002, false, Description = "transaction log full")]
    [TestCase(1105, false, Description = "filegroup full")]
    [TestCase(823, false, Description = "I/O error")]
    [TestCase(824, false, Description = "torn page")]
    [TestCase(976, false, Description = "secondary replica")]
    [TestCase(229, false, Description = "permission denied")]
    [TestCase(208, false, Description = "no such table")]
    [TestCase(1205, false, Description = "deadlock")]
    [TestCase(99999, false, Description = "unknown")]
    public void On_SQL_Server_the_number_says_it(int number, bool data) => SqlServerStore.IsAboutTheData(number).ShouldBe(data);

    [TestCase(18, true, Description = "too big")]
    [TestCase(19, true, Description = "constraint")]
    [TestCase(20, true, Description = "mismatch")]
    [TestCase(1, false, Description = "no such table")]
    [TestCase(5, false, Description = "busy")]
    [TestCase(8, false, Description = "read-only")]
    [TestCase(10, false, Description = "I/O error")]
    [TestCase(11, false, Description = "corrupt")]
    [TestCase(13, false, Description = "full")]
    [TestCase(14, false, Description = "cannot open")]
    [TestCase(23, false, Description = "not authorised")]
    [TestCase(26, false, Description = "not a database")]
    [TestCase(99, false, Description = "unknown")]
    public void On_SQLite_the_result_code_says_it(int code, bool data) => BatchConsumer.IsTransient(new SqliteException("test", code)).ShouldBe(!data);

    [TestCase("SELECT json_extract('{', '$.a')")]
    [TestCase("SELECT abs(-9223372036854775808)")]
    public void What_only_a_value_can_cause_is_the_datas_on_SQLite_though_it_has_no_code(string statement)
    {
        using var connection = new SqliteConnection("Data Source=:memory:");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = statement;

        SqliteStore.IsAboutTheData(Should.Throw<SqliteException>(() => command.ExecuteScalar())).ShouldBeTrue();
    }

    [Test]
    public void A_folder_a_right_and_memory_are_ours()
    {
        foreach (var ours in (Exception[])[new DirectoryNotFoundException(), new FileNotFoundException(), new UnauthorizedAccessException(), new OutOfMemoryException()])
            BatchConsumer.IsTransient(ours).ShouldBeTrue(ours.GetType().Name);
        BatchConsumer.IsTransient(new InvalidOperationException()).ShouldBeFalse();
    }
}
