using Wardwatch.Benchmarks.Proof.Order;
using Wardwatch.Benchmarks.Stage;
using Wardwatch.Server.Platform.Processes;

namespace Wardwatch.Benchmarks.Proof.Faults;

/// <summary>A fault of the database or the disk beneath it.</summary>
/// <param name="Name">In words.</param>
/// <param name="Duration">How long it lasts.</param>
/// <param name="StoresNothing">Whether nothing can be stored while it lasts.</param>
/// <param name="BeginAsync">Begins it; answers what ends it, or null where this machine cannot have it.</param>
internal sealed record Fault(string Name, TimeSpan Duration, bool StoresNothing, Func<HospitalUnderTest, CancellationToken, Task<IAsyncDisposable?>> BeginAsync)
{
    private const UnixFileMode Folder = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    /// <summary>PostgreSQL holds its connections and answers nothing.</summary>
    public static Fault Hung(TimeSpan duration) => new("PostgreSQL hangs (SIGSTOP)", duration, StoresNothing: true, (hospital, _) =>
    {
        var frozen = FrozenDatabase.Freeze(hospital.Data);
        return Ends(frozen.Dispose);
    });

    /// <summary>PostgreSQL is stopped in order, and cannot be started: its folder may not be entered.</summary>
    public static Fault Away(TimeSpan duration) => new("PostgreSQL stopped, and cannot start", duration, StoresNothing: true, (hospital, _) =>
    {
        var cluster = Path.Combine(hospital.Data, "postgres");
        var postmaster = PostgresProcesses.Postmaster(hospital.Data) ?? throw new BenchmarkException("The private PostgreSQL does not run.");
        Signals.Send(postmaster, Signals.Interrupt);
        File.SetUnixFileMode(cluster, UnixFileMode.None);
        return Ends(() => File.SetUnixFileMode(cluster, Folder));
    });

    /// <summary>The disk does not take what is to be made durable: PostgreSQL panics and recovers from its log, again and again.</summary>
    public static Fault SyncFails(TimeSpan duration) => new("fdatasync fails with EIO (strace)", duration, StoresNothing: false, async (hospital, cancellation) =>
    {
        var postmaster = PostgresProcesses.Postmaster(hospital.Data) ?? throw new BenchmarkException("The private PostgreSQL does not run.");
        var strace = await Strace.AttachAsync(
            [postmaster, .. PostgresProcesses.Children(postmaster).Keys], ["-o", "/dev/null", "-e", "trace=fdatasync", "-e", "inject=fdatasync:error=EIO"], cancellation);
        return strace.Refusal is null ? strace : null;
    });

    /// <summary>The file system is full. The hospital must lie on a small one of its own (<see cref="SmallDisk"/>).</summary>
    public static Fault DiskFull(TimeSpan duration) => new("Disk full", duration, StoresNothing: false, async (hospital, cancellation) =>
    {
        var filler = Path.Combine(Path.GetDirectoryName(hospital.Data)!, "filler");
        try
        {
            await using var file = new FileStream(filler, FileMode.Create, FileAccess.Write, FileShare.None, bufferSize: 0);
            var block = new byte[64 << 10];
            while (true) await file.WriteAsync(block, cancellation);
        }
        catch (IOException)
        {
            // That is what was wanted.
        }

        return await Ends(() => File.Delete(filler));
    });

    private static Task<IAsyncDisposable?> Ends(Action end) => Task.FromResult<IAsyncDisposable?>(new FaultEnd(end));

    private sealed class FaultEnd(Action end) : IAsyncDisposable
    {
        public ValueTask DisposeAsync()
        {
            end();
            return ValueTask.CompletedTask;
        }
    }
}

/// <summary>A file system in memory, small enough to be filled. It is seen in this program's mount namespace only, which <see cref="FaultVerb"/> makes.</summary>
internal sealed class SmallDisk : IAsyncDisposable
{
    private const string Size = "384m"; // a new PostgreSQL with its log, and some room

    private readonly string _folder;

    private SmallDisk(string folder) => _folder = folder;

    /// <summary>A folder on it for a hospital's data.</summary>
    public string Data => Path.Combine(_folder, "data");

    /// <summary>Mounts one; null where that is not allowed.</summary>
    public static async Task<SmallDisk?> MountAsync(CancellationToken cancellation)
    {
        if (!FaultVerb.HasOwnNamespace) return null;
        var folder = Programs.NewFolder();
        var mounted = await ShortCommand.RunAsync(["mount", "-t", "tmpfs", "-o", $"size={Size},mode=0711", "tmpfs", folder], cancellation);
        if (mounted.ExitCode != 0)
        {
            Directory.Delete(folder);
            return null;
        }

        var disk = new SmallDisk(folder);
        Directory.CreateDirectory(disk.Data, File.GetUnixFileMode(folder));
        return disk;
    }

    public async ValueTask DisposeAsync()
    {
        await ShortCommand.RunAsync(["umount", _folder], CancellationToken.None);
        Directory.Delete(_folder, recursive: true);
    }
}
