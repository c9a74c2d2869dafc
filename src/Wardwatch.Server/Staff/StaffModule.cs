using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using Npgsql;
using Wardwatch.Server.Access.Contracts;
using Wardwatch.Server.Platform.Contracts;
using Wardwatch.Server.Staff.Contracts;
using Wardwatch.Server.Staff.Factors;
using Wardwatch.Server.Staff.Guessing;
using Wardwatch.Server.Staff.Passkeys;
using Wardwatch.Server.Staff.Passwords;
using Wardwatch.Server.Staff.People;
using Wardwatch.Server.Staff.Sessions;
using Wardwatch.Server.Staff.Tokens;

namespace Wardwatch.Server.Staff;

/// <summary>Who is who: accounts, sign-in, tokens.</summary>
public static class StaffModule
{
    /// <summary>Adds accounts, sign-in and tokens.</summary>
    public static void AddStaff(IHostApplicationBuilder builder)
    {
        var services = builder.Services;
        services.AddOptions<StaffOptions>().BindConfiguration(StaffOptions.Section).ValidateDataAnnotations().ValidateOnStart();
        DirectoryChanges.AddTo(services);
        AddAccounts(services);

        services.AddSingleton<SigningKeys>();
        services.AddHostedService(provider => provider.GetRequiredService<SigningKeys>());
        services.AddSingleton<StaffDirectory>();
        services.AddHostedService(provider => provider.GetRequiredService<StaffDirectory>());
        services.AddSingleton<IAccessChanges>(provider => provider.GetRequiredService<StaffDirectory>());
        services.AddSingleton<ISessionWatch, SessionWatch>();
        services.AddSingleton<PersonRegistry>();
        AddSignIn(services);

        // The framework tells of every request without a token; who was refused what is the audit's to say.
        builder.Logging.AddFilter(typeof(StaffAuthentication).FullName, LogLevel.Warning);
        services.AddAuthentication(StaffAuthentication.SchemeName)
            .AddScheme<AuthenticationSchemeOptions, StaffAuthentication>(StaffAuthentication.SchemeName, configureOptions: null);
    }

    /// <summary>Adds who works here, for modules that are not concerned with signing in.</summary>
    public static void AddColleagues(IHostApplicationBuilder builder) => builder.Services.AddSingleton<IColleagues, Colleagues>();

    /// <summary>Maps <c>/api/auth</c>.</summary>
    public static void MapStaff(IEndpointRouteBuilder routes)
    {
        AuthEndpoints.Map(routes);
        PasswordEndpoints.Map(routes);
        SecondFactorEndpoints.Map(routes);
        PasskeyEndpoints.Map(routes);
        SessionEndpoints.Map(routes);
        PersonEndpoints.Map(routes);
    }

    /// <summary>What the command line needs to look after accounts.</summary>
    internal static void AddAccounts(IServiceCollection services)
    {
        services.TryAddSingleton(TimeProvider.System);
        services.AddDbContext<StaffDb>((provider, options) => options.UseNpgsql(provider.GetRequiredService<NpgsqlDataSource>()));
        services.AddIdentityCore<StaffAccount>(options =>
        {
            // Length is what counts (NIST SP 800-63B, section 3.1.1.2); rules about kinds of characters make passwords worse.
            options.Password.RequiredLength = PasswordPolicy.Shortest;
            options.Password.RequireDigit = false;
            options.Password.RequireLowercase = false;
            options.Password.RequireUppercase = false;
            options.Password.RequireNonAlphanumeric = false;
        }).AddUserStore<StaffStore>().AddPasswordValidator<PasswordPolicyValidator>();
        services.AddScoped<StaffStore>();
        services.AddOptions<StaffOptions>();
        services.AddOptions<PasswordHasherOptions>().Configure<IOptions<StaffOptions>>((hashing, options) => hashing.IterationCount = options.Value.PasswordIterations);
        services.Replace(ServiceDescriptor.Singleton<IPasswordHasher<StaffAccount>, PasswordHasher<StaffAccount>>());
        services.AddScoped<StaffAccounts>();
    }

    private static void AddSignIn(IServiceCollection services)
    {
        services.AddSingleton<StaffMetrics>();
        services.AddSingleton<SecondFactorPolicy>();
        services.AddSingleton<TokenIssuer>();
        services.AddSingleton<RefreshTokens>();
        services.AddSingleton<StaffSessions>();
        services.AddSingleton<SessionOpener>();
        services.AddSingleton<CookieSession>();
        services.AddSingleton<SignInLimiter>();
        services.AddSingleton<SignInGuard>();
        services.AddSingleton<KnownAddresses>();
        services.AddSingleton<HashingThreads>();
        services.AddSingleton<PasswordCheck>();
        services.AddSingleton<Authenticators>();
        services.AddSingleton<OwnCodes>();
        services.AddSingleton<Pins>();
        services.AddScoped<SignIn>();

        services.Configure<IdentityPasskeyOptions>(PasskeyOrigins.Configure);
        services.AddSingleton<PasskeyChallenges>();
        services.AddScoped<IPasskeyHandler<StaffAccount>, PasskeyHandler<StaffAccount>>();
        services.AddScoped<PasskeyRegistry>();
        services.AddScoped<PasskeySignIn>();
    }
}
