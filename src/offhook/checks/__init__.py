"""What decides whether calls will be answered: `offhook doctor` shows it, `offhook serve` keeps to it, and
`/v1/health` tells it of a server that runs.
"""
