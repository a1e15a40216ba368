using Microsoft.SqlServer.TransactSql.ScriptDom;

namespace ClaimsTransfer.Support;

/// <summary>
/// Reads a statement as SQL Server 2022 would, and refuses what the product keeps out: constructs that are unsafe under load, that differ between servers, or that only look
/// like what the other engines do.
/// </summary>
public static class TransactSql
{
    /// <returns>The statement's tree.</returns>
    /// <exception cref="NotTransactSqlException">It is none, or has something in it that the product keeps out.</exception>
    public static TSqlFragment Check(string statement)
    {
        var tree = new TSql160Parser(initialQuotedIdentifiers: true).Parse(new StringReader(statement), out var errors);
        if (errors.Count > 0)
            throw new NotTransactSqlException($"line {errors[0].Line}, column {errors[0].Column}: {errors[0].Message}", statement);
        var kept = new KeptOut();
        tree.Accept(kept);
        return kept.Found is { } found ? throw new NotTransactSqlException(found, statement) : tree;
    }

    private sealed class KeptOut : TSqlFragmentVisitor
    {
        public string? Found { get; private set; }

        public override void Visit(MergeStatement node) => Find("MERGE has races of its own; update, then insert what is not there");
        public override void Visit(WaitForStatement node) => Find("WAITFOR holds a connection");
        public override void Visit(CreateOrAlterProcedureStatement node) => Find("CREATE OR ALTER is not everywhere");
        public override void Visit(CreateOrAlterViewStatement node) => Find("CREATE OR ALTER is not everywhere");
        public override void Visit(CreateOrAlterFunctionStatement node) => Find("CREATE OR ALTER is not everywhere");
        public override void Visit(CreateTypeTableStatement node) => Find("table types have to be made and granted");
        public override void Visit(SetTransactionIsolationLevelStatement node) => Find("the isolation level is the transaction's that the client begins");

        public override void Visit(TableDefinition node)
        {
            if (node.Indexes.Count > 0)
                Find("an index is a statement of its own");
        }

        public override void Visit(AssignmentSetClause node)
        {
            if (node.AssignmentKind != AssignmentKind.Equals)
                Find("write v = v + 1");
        }

        public override void Visit(SqlDataTypeReference node)
        {
            if (node.SqlDataTypeOption is SqlDataTypeOption.Timestamp or SqlDataTypeOption.Rowversion)
                Find("a version is a number of our own");
            if (node.SqlDataTypeOption is SqlDataTypeOption.DateTime2 && node.Parameters is not [Literal { Value: not "7" }])
                Find("datetime2 has at most 6 digits here");
        }

        public override void Visit(ColumnDefinitionBase node) => Collation(node.Collation);
        public override void Visit(PrimaryExpression node) => Collation(node.Collation);

        public override void Visit(UpdateStatement node) => Change(node, node.UpdateSpecification.OutputClause, mayHaveDeleted: false);
        public override void Visit(DeleteStatement node) => Change(node, node.DeleteSpecification.OutputClause, mayHaveDeleted: true);

        public override void Visit(InsertSpecification node)
        {
            if (node.OutputClause is not null && node.InsertSource is SelectInsertSource { Select.OrderByClause: not null })
                Find("OUTPUT has no order");
        }

        public override void Visit(OpenJsonTableReference node)
        {
            if (node.SchemaDeclarationItems.Any(item => item.ColumnDefinition.DataType is SqlDataTypeReference { Parameters: [MaxLiteral] }))
                Find("free text does not go through OPENJSON");
        }

        private void Collation(Identifier? name)
        {
            if (name?.Value.EndsWith("_UTF8", StringComparison.OrdinalIgnoreCase) == true)
                Find("a UTF-8 collation changes lengths");
        }

        private void Change(StatementWithCtesAndXmlNamespaces node, OutputClause? output, bool mayHaveDeleted)
        {
            if (node.WithCtesAndXmlNamespaces is not null)
                Find("no UPDATE or DELETE through a common table expression");
            if (output is not null && !mayHaveDeleted)
            {
                var old = new DeletedColumns();
                output.Accept(old);
                if (old.Found)
                    Find("an update gives back no deleted.x");
            }
        }

        private void Find(string what) => Found ??= what;
    }

    private sealed class DeletedColumns : TSqlFragmentVisitor
    {
        public bool Found { get; private set; }

        public override void Visit(MultiPartIdentifier node) =>
            Found |= node.Identifiers is [var table, _, ..] && string.Equals(table.Value, "deleted", StringComparison.OrdinalIgnoreCase);
    }
}

/// <summary>A statement that SQL Server would not take, or that the product keeps out.</summary>
public sealed class NotTransactSqlException(string fault, string statement) : Exception($"{fault}:\n{statement}");

/// <summary>How wide an index's key can become: SQL Server refuses a row beyond 1,700 bytes, 900 for a primary key, only when it comes.</summary>
internal sealed class IndexWidths
{
    private const int MostOfKey = 900;
    private const int MostOfIndex = 1_700;

    private readonly Dictionary<string, Dictionary<string, int>> _tables = new(StringComparer.Ordinal);

    public void Add(TSqlFragment statement)
    {
        foreach (var one in ((TSqlScript)statement).Batches.SelectMany(batch => batch.Statements))
        {
            switch (one)
            {
                case CreateTableStatement table:
                    AddTable(NameOf(table.SchemaObjectName), table.Definition);
                    break;
                case AlterTableAddTableElementStatement added:
                    AddTable(NameOf(added.SchemaObjectName), added.Definition);
                    break;
                case CreateIndexStatement index:
                    Check(index.Name.Value, NameOf(index.OnName), index.Columns.Select(column => column.Column), MostOfIndex);
                    break;
            }
        }
    }

    private void AddTable(string name, TableDefinition definition)
    {
        if (!_tables.TryGetValue(name, out var columns))
            _tables[name] = columns = new(StringComparer.Ordinal);
        foreach (var column in definition.ColumnDefinitions)
        {
            columns[column.ColumnIdentifier.Value] = WidthOf((SqlDataTypeReference)column.DataType);
            if (column.Constraints.OfType<UniqueConstraintDefinition>().Any() && columns[column.ColumnIdentifier.Value] > MostOfKey)
                throw new NotTransactSqlException($"the key of {name} can reach {columns[column.ColumnIdentifier.Value]} bytes, {MostOfKey} are the most", name);
        }

        foreach (var key in definition.TableConstraints.OfType<UniqueConstraintDefinition>())
            Check("the key", name, key.Columns.Select(column => column.Column), MostOfKey);
    }

    private void Check(string index, string table, IEnumerable<ColumnReferenceExpression> columns, int most)
    {
        var width = columns.Sum(column => _tables[table][column.MultiPartIdentifier.Identifiers[^1].Value]);
        if (width > most)
            throw new NotTransactSqlException($"{index} of {table} can reach {width} bytes, {most} are the most", table);
    }

    private static string NameOf(SchemaObjectName name) => string.Join('.', name.Identifiers.Select(part => part.Value));

    private static int WidthOf(SqlDataTypeReference type) => type.SqlDataTypeOption switch
    {
        SqlDataTypeOption.BigInt => 8,
        SqlDataTypeOption.UniqueIdentifier => 16,
        SqlDataTypeOption.Bit => 1,
        SqlDataTypeOption.NVarChar when type.Parameters is [IntegerLiteral length] => 2 * int.Parse(length.Value, System.Globalization.CultureInfo.InvariantCulture),
        _ => int.MaxValue / 64,
    };
}
