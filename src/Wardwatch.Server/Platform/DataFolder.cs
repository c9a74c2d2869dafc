using System.Security.Cryptography;
using System.Text;
using Wardwatch.Server.Platform.Contracts;

namespace Wardwatch.Server.Platform;

/// <summary>The folder of one installation, and where things lie in it.</summary>
public sealed class DataFolder
{
    private DataFolder(string root)
    {
        Root = root;
        Hash = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(root)))[..12];
    }

    /// <summary>The folder's full path.</summary>
    public string Root { get; }

    /// <summary>Twelve hexadecimal digits that stand for the path where a short or a shared place needs a name.</summary>
    public string Hash { get; }

    /// <summary>The master key in base64, mode 0600.</summary>
    public string MasterKey => At("master.key");

    /// <summary>The master key before the present one, mode 0600: there while a rotation is under way.</summary>
    public string PreviousMasterKey => At("master.key.previous");

    /// <summary>Who was erased, mode 0600: so that an old backup does not bring them back.</summary>
    public string ErasedPatients => At("erased-patients");

    /// <summary>The certificate of the authority that signed the MQTT certificate.</summary>
    public string AuthorityCertificate => At("ca.pem");

    /// <summary>The authority's private key, mode 0600.</summary>
    public string AuthorityKey => At("ca.key");

    /// <summary>The certificate for MQTT.</summary>
    public string ServerCertificate => At("server.pem");

    /// <summary>The private key for MQTT, mode 0600.</summary>
    public string ServerKey => At("server.key");

    /// <summary>The private PostgreSQL's cluster, unless <see cref="PostgresElsewhere"/> says otherwise.</summary>
    public string Postgres => At("postgres");

    /// <summary>A note of where the cluster lies when PostgreSQL's user could not reach this folder.</summary>
    public string PostgresElsewhere => At("postgres-elsewhere.txt");

    /// <summary>Makes the folder if it is missing.</summary>
    /// <exception cref="StartupException">The folder cannot be made or written to.</exception>
    public static DataFolder Open(string path)
    {
        var root = Path.TrimEndingDirectorySeparator(Path.GetFullPath(path));
        try
        {
            PrivateFile.CreateFolder(root);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new StartupException($"The data folder {root} cannot be made: {error.Message}", "Name another with --data DIR, or make it and give it to this user.", error);
        }

        return new DataFolder(root);
    }

    /// <summary>The path of a file in the folder.</summary>
    public string At(string name) => Path.Combine(Root, name);

    /// <summary>The folder of the keys that protect short-lived tokens, open to this user only.</summary>
    public DirectoryInfo ProtectionKeys()
    {
        var folder = At("protection-keys");
        PrivateFile.CreateFolder(folder, evenAsRoot: true);
        return new DirectoryInfo(folder);
    }

    /// <summary>Takes the folder for this process, until the result is disposed of or the process ends in whatever way; null if another has it.</summary>
    /// <exception cref="StartupException">The folder cannot be written to.</exception>
    public FileStream? TryLock()
    {
        try
        {
            return PrivateFile.OpenExclusive(At("server.lock"));
        }
        catch (UnauthorizedAccessException error)
        {
            throw new StartupException($"The data folder {Root} cannot be written to: {error.Message}", $"It belongs to another user; start as that user, or name another folder with --data DIR.", error);
        }
        catch (IOException)
        {
            return null;
        }
    }
}
