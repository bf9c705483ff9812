"""What listens: gunicorn, in one of three runtimes.

Two of them change the standard library before the service is imported. So what gunicorn's parent process reads, this
package, imports nothing of the service but its errors; `opened` and `embedded` are for the processes that serve.
"""
