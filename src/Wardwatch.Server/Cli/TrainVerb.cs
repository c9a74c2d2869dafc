using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Spectre.Console;
using Wardwatch.Clinical.Anomaly;
using Wardwatch.Server.Models;
using Wardwatch.Server.Platform.Contracts;

namespace Wardwatch.Server.Cli;

/// <summary><c>ward train</c>: trains models and puts them in force.</summary>
internal static class TrainVerb
{
    public static Command Create() => new("train", "Train models and put them in force.") { Anomaly(), Activate() };

    private static Command Anomaly()
    {
        var data = CommonOptions.Data();
        var json = CommonOptions.Json();
        var table = new Option<FileInfo>("--table") { HelpName = "FILE", Description = "Rows to train on: .csv with column names in its first line, or .npz with X.npy (default: the stored readings)." };
        var days = new Option<int>("--days") { HelpName = "N", Description = "Without a table: readings of the last N days, a row a patient and minute (default: 7).", DefaultValueFactory = _ => 7 };
        var rowLimit = new Option<int>("--max-rows") { HelpName = "N", Description = "Without a table: at most so many rows, evenly taken (default: 200000).", DefaultValueFactory = _ => 200_000 };
        var columns = new Option<string?>("--columns") { HelpName = "NAMES", Description = "CSV: the columns to take; npz: the names of the columns. Vital signs by their keys: hr,spo2,sbp,dbp,temp,rr" };
        var label = new Option<string?>("--label") { HelpName = "COLUMN", Description = "CSV: the column that says which rows are anomalous; only to measure the model." };
        var trees = new Option<int>("--trees") { HelpName = "N", Description = "Trees in the forest (default: 100).", DefaultValueFactory = _ => 100 };
        var sample = new Option<int>("--sample") { HelpName = "N", Description = "Rows drawn for each tree (default: 256).", DefaultValueFactory = _ => 256 };
        var seed = new Option<ulong>("--seed") { HelpName = "N", Description = "The same rows and seed grow the same forest (default: 1).", DefaultValueFactory = _ => 1 };
        var name = new Option<string?>("--name") { HelpName = "NAME", Description = "What the model is called (default: anomaly- and the time)." };
        var activate = new Option<bool>("--activate") { Description = "Put the model in force." };
        var command = new Command("anomaly", "Train an isolation forest and keep it as a version of the anomaly model.") { data, json, table, days, rowLimit, columns, label, trees, sample, seed, name, activate };
        command.SetAction(async (arguments, cancellation) =>
        {
            await using var installation = await CommandInstallation.OpenAsync(arguments.GetValue(data), cancellation);
            var file = arguments.GetValue(table);
            var rows = file is not null
                ? Read(file, arguments.GetValue(columns), arguments.GetValue(label))
                : await TrainingHistory.ReadAsync(installation, arguments.GetValue(days), arguments.GetValue(rowLimit), arguments.GetValue(json), cancellation);
            var options = new IsolationForestOptions { Trees = arguments.GetValue(trees), SampleSize = arguments.GetValue(sample), Seed = arguments.GetValue(seed) };
            var forest = Train(rows, options, quiet: arguments.GetValue(json), cancellation);
            var now = TimeProvider.System.GetUtcNow();
            var document = Describe(
                arguments.GetValue(name) ?? now.ToString("'anomaly-'yyyyMMdd'-'HHmmss", CultureInfo.InvariantCulture), rows, forest, options,
                file is not null ? $"Table {file.Name}" : $"Stored readings of the last {arguments.GetValue(days)} days", now);
            var registry = new ModelRegistry(installation.Database);
            Require(await registry.StoreAsync(document, cancellation), document.Name);
            if (arguments.GetValue(activate))
            {
                Require(await registry.ActivateAsync(document.Name, cancellation), document.Name);
            }

            Print(document, rows, arguments.GetValue(activate), arguments.GetValue(json));
            return CommandLine.Success;
        });
        return command;
    }

    private static Command Activate()
    {
        var data = CommonOptions.Data();
        var name = new Argument<string>("name") { Description = "A version of the anomaly model." };
        var command = new Command("activate", "Put a version of the anomaly model in force, for example an earlier one again.") { data, name };
        command.SetAction(async (arguments, cancellation) =>
        {
            await using var installation = await CommandInstallation.OpenAsync(arguments.GetValue(data), cancellation);
            Require(await new ModelRegistry(installation.Database).ActivateAsync(arguments.GetValue(name)!, cancellation), arguments.GetValue(name)!);
            Console.WriteLine($"{arguments.GetValue(name)} is in force.");
            return CommandLine.Success;
        });
        return command;
    }

    private static TrainingTable Read(FileInfo file, string? columns, string? label)
    {
        var names = columns?.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        try
        {
            using var source = file.OpenRead();
            return file.Extension.ToUpperInvariant() switch
            {
                ".CSV" => TrainingTable.ReadCsv(source, names, label),
                ".NPZ" => TrainingTable.ReadNpz(source, names),
                _ => throw new StartupException($"{file.Name} is neither .csv nor .npz.", "Give a table with --table FILE."),
            };
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or InvalidDataException)
        {
            throw new StartupException($"{file.FullName} cannot be read: {error.Message}", "Give a table with --table FILE.", error);
        }
    }

    private static IsolationForest Train(TrainingTable rows, IsolationForestOptions options, bool quiet, CancellationToken cancellation)
    {
        try
        {
            if (quiet || Console.IsErrorRedirected)
            {
                return IsolationForestTrainer.Train(rows.RowMajor, rows.Columns.Count, options, progress: null, cancellation);
            }

            var console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(Console.Error) });
            return console.Progress().Start(progress =>
            {
                var task = progress.AddTask($"Growing {options.Trees} trees", maxValue: options.Trees);
                return IsolationForestTrainer.Train(rows.RowMajor, rows.Columns.Count, options, new TreeProgress(task), cancellation);
            });
        }
        catch (ArgumentException error)
        {
            throw new StartupException($"No forest can be grown: {error.Message}", "Check the table, --trees and --sample.", error);
        }
    }

    private static ModelDocument Describe(
        string name, TrainingTable rows, IsolationForest forest, IsolationForestOptions options, string trainedOn, DateTimeOffset now)
    {
        try
        {
            return new(name, rows.Columns, forest, trainedOn, rows.RowCount, options.Seed, now, note: "");
        }
        catch (ArgumentException error)
        {
            throw new StartupException($"The model cannot be kept: {error.Message}", "Check --name and --columns.", error);
        }
    }

    private static void Require(ModelOutcome outcome, string name)
    {
        if (outcome != ModelOutcome.Done)
        {
            throw outcome switch
            {
                ModelOutcome.NameTaken => new StartupException($"There is already a model {name}.", "A version never changes: choose another with --name."),
                ModelOutcome.NotOfVitals => new StartupException($"The model {name} cannot be put in force: its features are not vital signs.", "Name the columns by the vitals' keys, for example --columns hr,spo2,sbp,dbp,temp,rr."),
                _ => new StartupException($"There is no model {name}.", "GET /api/models/anomaly lists them."),
            };
        }
    }

    private static void Print(ModelDocument document, TrainingTable rows, bool active, bool json)
    {
        double? area = rows.HasLabels ? RocCurve.Area(ScoresOf(document.Forest, rows), rows.Labels) : null;
        if (json)
        {
            Console.WriteLine(JsonSerializer.Serialize(
                new { document.Name, rows = document.RowCount, features = document.FeatureNames, trees = document.Forest.TreeCount, document.Forest.SampleSize, rocAuc = area, active },
                JsonSerializerOptions.Web));
            return;
        }

        Console.WriteLine($"{document.Name}: {document.Forest.TreeCount} trees from {document.RowCount} rows of {string.Join(", ", document.FeatureNames)}.");
        if (area is { } value)
        {
            Console.WriteLine($"Area under the ROC curve on these rows: {value:F3}");
        }

        Console.WriteLine(active ? "It is in force." : $"It is kept; put it in force with: ward train activate {document.Name}");
    }

    private static double[] ScoresOf(IsolationForest forest, TrainingTable rows)
    {
        var scores = new double[rows.RowCount];
        for (var row = 0; row < scores.Length; row++)
        {
            // A row without any value has no score; it counts as the most ordinary.
            var score = forest.Score(rows.Row(row));
            scores[row] = double.IsNaN(score) ? 0 : score;
        }

        return scores;
    }

    // Told from the training thread itself: Progress<T> would post to the pool and come late.
    private sealed class TreeProgress(ProgressTask task) : IProgress<int>
    {
        public void Report(int value) => task.Value = value;
    }
}
