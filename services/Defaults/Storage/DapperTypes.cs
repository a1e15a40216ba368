using System.Data;
using Dapper;
using Microsoft.Data.Sqlite;

namespace ClaimsTransfer.Defaults.Storage;

/// <summary>
/// Makes Dapper read <see cref="Guid"/>, <see cref="bool"/>, <see cref="long"/> and <see cref="int"/> the same way from all engines: SQLite has ids as text and
/// flags as numbers, PostgreSQL sums bigint into numeric, SQL Server counts into int. A record's constructor can then name the type it means.
/// </summary>
internal static class DapperTypes
{
    private static readonly Lazy<bool> Registered = new(() =>
    {
        SqlMapper.RemoveTypeMap(typeof(Guid));
        SqlMapper.RemoveTypeMap(typeof(Guid?));
        SqlMapper.AddTypeHandler(new Ids());
        SqlMapper.AddTypeHandler(new Flags());
        SqlMapper.AddTypeHandler(new Longs());
        SqlMapper.AddTypeHandler(new Ints());
        return true;
    });

    public static void Register() => _ = Registered.Value;

    private sealed class Ids : SqlMapper.TypeHandler<Guid>
    {
        public override void SetValue(IDbDataParameter parameter, Guid value) =>
            parameter.Value = parameter is SqliteParameter ? value.ToString("D") : value;

        public override Guid Parse(object value) => value is Guid id ? id : Guid.Parse((string)value);
    }

    private sealed class Flags : SqlMapper.TypeHandler<bool>
    {
        public override void SetValue(IDbDataParameter parameter, bool value) => parameter.Value = value;

        public override bool Parse(object value) => value is bool flag ? flag : Convert.ToInt64(value) != 0;
    }

    private sealed class Longs : SqlMapper.TypeHandler<long>
    {
        public override void SetValue(IDbDataParameter parameter, long value) => parameter.Value = value;

        public override long Parse(object value) => value is long number ? number : Convert.ToInt64(value);
    }

    private sealed class Ints : SqlMapper.TypeHandler<int>
    {
        public override void SetValue(IDbDataParameter parameter, int value) => parameter.Value = value;

        public override int Parse(object value) => value is int number ? number : checked((int)Convert.ToInt64(value));
    }
}
