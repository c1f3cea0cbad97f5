"""The roles that GitHub Actions plan and deploy with: who may assume them, what they may do, and where."""
