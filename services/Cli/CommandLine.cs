using System.CommandLine;
using ClaimsTransfer.Cli.Audit;
using ClaimsTransfer.Cli.Broker;
using ClaimsTransfer.Cli.Credentials;
using ClaimsTransfer.Cli.Doctor;
using ClaimsTransfer.Cli.Erase;
using ClaimsTransfer.Cli.Failures;
using ClaimsTransfer.Cli.Import;
using ClaimsTransfer.Cli.Keys;
using ClaimsTransfer.Cli.Municipalities;
using ClaimsTransfer.Cli.Operate;
using ClaimsTransfer.Cli.Reconcile;
using ClaimsTransfer.Cli.Report;
using ClaimsTransfer.Cli.Running;
using ClaimsTransfer.Cli.Senders;
using ClaimsTransfer.Cli.Show;
using ClaimsTransfer.Cli.Status;
using ClaimsTransfer.Cli.Submit;
using ClaimsTransfer.Cli.Vendors;
using ClaimsTransfer.Cli.Worklist;
using Spectre.Console;

namespace ClaimsTransfer.Cli;

/// <summary>The command line <c>claims</c>: every command against the running system of a data folder, or a URL.</summary>
public static class CommandLine
{
    public static async Task<int> RunAsync(string[] args)
    {
        var where = new WhereOptions();
        var root = new RootCommand(
            "Library claims on their way to the municipalities' debtor systems: send, follow, report, operate.\n"
            + "Also: deploy/claims generate (sample claims), conform (prove a connector), bench (speed), simulate (the seeded simulator), sbom and advisories (of the packages), each with --help.")
        {
            ReportCommand.Create(where),
            WorklistCommand.Create(where),
            ReconcileCommand.Create(where),
            StatusCommand.Create(where),
            ShowCommand.Create(where),
            FailuresCommand.Create(where),
            SubmitCommand.Create(where),
            ImportCommand.Create(where),
            MunicipalitiesCommand.Create(where),
            AuditCommand.Create(where),
            EraseCommand.Create(where),
            DoctorCommand.Create(where),
            KeysCommand.Create(where),
            CredentialsCommand.Create(where),
            BrokerCommand.Create(where),
            VendorsCommand.Create(where),
            SendersCommand.Create(where),
        };
        foreach (var operation in OperateCommand.CreateAll(where))
            root.Add(operation);
        where.AddTo(root);
        return await RunAsync(root, args);
    }

    /// <summary>Runs a command; a <see cref="CommandFailure"/> becomes its text and exit code, Ctrl-C becomes 130.</summary>
    public static async Task<int> RunAsync(RootCommand root, string[] args)
    {
        WritePlainlyToFiles();
        try
        {
            var parsed = root.Parse(args);
            var code = await parsed.InvokeAsync(new InvocationConfiguration { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = TimeSpan.FromSeconds(40) });
            return parsed.Errors.Count > 0 ? ExitCodes.Usage : code;
        }
        catch (CommandFailure failure)
        {
            await Console.Error.WriteLineAsync(failure.Message);
            return failure.ExitCode;
        }
        catch (Defaults.Hosting.SettingsException failure)
        {
            await Console.Error.WriteLineAsync(failure.Message);
            return ExitCodes.Usage;
        }
        catch (OperationCanceledException)
        {
            return 130;
        }
    }

    /// <summary>What is read by a program or kept in a file has no colours, and lines as long as they are.</summary>
    private static void WritePlainlyToFiles()
    {
        if (!Console.IsOutputRedirected)
            return;
        AnsiConsole.Profile.Capabilities.Ansi = false;
        AnsiConsole.Profile.Capabilities.ColorSystem = ColorSystem.NoColors;
        AnsiConsole.Profile.Width = 400;
    }
}
