"""The roles that GitHub Actions plan and deploy with: who may assume them, which actions they allow, and on what."""
